"""Agreement to a text. What was agreed to is kept with the answer: the words, their version and their SHA-256."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from forms.mistake import Mistake
from forms.questions.base import Cell, Countable, Measure, Option, QuestionFields, Value, Words
from forms.reading.consent import read_yes
from forms.text import Lang, Text, lines

_AGREES, _AGREES_NOT = Text(ja="同意する", en="I agree"), Text(ja="同意しない", en="I do not agree")
_OPTIONS = (Option("yes", _AGREES), Option("no", _AGREES_NOT))
_HOW = Text(ja="1. 同意する\n2. 同意しない", en="1. I agree\n2. I do not agree")
_NEEDED = Text(
    ja="同意いただけない場合は、この先に進めません。「同意する」か、やめるときは「中止」と入力してください。",
    en="Without your agreement this cannot go on. Please type “1” to agree, or “stop” to stop.",
)
_VERSION = Text(ja="（版：{version}）", en="(version {version})")
_SHOWN = Text(ja="{answer}（版 {version}）", en="{answer} (version {version})")


class Consent(QuestionFields):
    """The value: `{"agreed": true, "version": …, "sha256": …, "text": {"ja": …, "en": …}}`.

    The hash is of the words in UTF-8: the Japanese, then, where the English differs, a line feed and the English.
    """

    kind: Literal["consent"]
    text: Words
    version: Annotated[str, Field(min_length=1, max_length=64)] = "1"

    measure: ClassVar[Measure] = "options"

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        words = self.text.ja if self.text.ja == self.text.en else f"{self.text.ja}\n{self.text.en}"
        return sha256(words.encode()).hexdigest()

    def options(self) -> tuple[Option, ...]:
        return _OPTIONS

    def read(self, said: str, today: date) -> Value:  # noqa: ARG002 - every kind reads alike
        agreed = read_yes(said)
        if not agreed and self.required is True:
            raise Mistake(_NEEDED)
        return {
            "agreed": agreed,
            "version": self.version,
            "sha256": self.digest,
            "text": {"ja": self.text.ja, "en": self.text.en},
        }

    def show(self, value: Value, lang: Lang) -> str:
        if not isinstance(value, dict):
            return str(value)
        answer = _AGREES if value.get("agreed") is True else _AGREES_NOT
        return _SHOWN.fill(answer=answer, version=value.get("version", ""))[lang]

    def prompt(self) -> Text:
        return lines(self.text, _VERSION.fill(version=self.version), _HOW)

    def columns(self) -> tuple[str, ...]:
        return self.id, f"{self.id}_version", f"{self.id}_sha256"

    def cells(self, value: Value, lang: Lang) -> tuple[Cell, ...]:
        if not isinstance(value, dict):
            return "", "", ""
        answer = _AGREES if value.get("agreed") is True else _AGREES_NOT
        return answer[lang], str(value.get("version", "")), str(value.get("sha256", ""))

    def counted(self, value: Value) -> Iterable[Countable]:
        return (self.plain(value),)

    def plain(self, value: Value) -> str:
        if not isinstance(value, dict):
            return ""
        return "yes" if value.get("agreed") is True else "no"

    def from_plain(self, words: str) -> Value:  # noqa: ARG002 - nobody agrees by default
        return None
