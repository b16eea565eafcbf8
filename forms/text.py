"""Every sentence a person reads, in every language we serve."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, StringConstraints, TypeAdapter

Lang = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in all languages: a missing translation is a type error, not a gap that a reader finds."""

    ja: str
    en: str

    def __getitem__(self, lang: Lang) -> str:
        return self.ja if lang == "ja" else self.en

    def fill(self, **values: object) -> "Text":
        """Put `values` into `{named}` places; a value that is itself a Text is put in by language."""
        return Text(ja=_filled(self.ja, "ja", values), en=_filled(self.en, "en", values))


def _filled(pattern: str, lang: Lang, values: dict[str, object]) -> str:
    return pattern.format(**{k: v[lang] if isinstance(v, Text) else v for k, v in values.items()})


def same(words: str) -> Text:
    """A name, a number, a command: the same in every language."""
    return Text(ja=words, en=words)


def lines(*parts: Text) -> Text:
    """Several messages as one, a line each."""
    return Text(ja="\n".join(p.ja for p in parts), en="\n".join(p.en for p in parts))


_WORDS = TypeAdapter(Annotated[str, StringConstraints(min_length=1, max_length=4000)])


def _wording(value: Any) -> Any:
    """A bare string in a person's form is Japanese only: it is shown to every reader."""
    if isinstance(value, str):
        return same(_WORDS.validate_python(value))
    if isinstance(value, dict) and set(value) == {"ja"}:
        return same(_WORDS.validate_python(value["ja"]))
    if isinstance(value, dict) and value:
        for words in value.values():
            _WORDS.validate_python(words)
    return value


def _written(text: Text) -> str | dict[str, str]:
    return text.ja if text.ja == text.en else {"ja": text.ja, "en": text.en}


Wording = Annotated[Text, BeforeValidator(_wording), PlainSerializer(_written)]
"""A Text as people write it in a form: `{ja: …, en: …}` or a bare string; written back the same way."""
