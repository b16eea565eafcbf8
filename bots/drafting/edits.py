"""What may be done to a manuscript: each edit names its question by id, so that no other edit gets in its way."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bots.drafting import sentences as s
from bots.drafting.state import Manuscript, Write, written
from forms.mistake import Mistake
from forms.questions import Question
from forms.reading.words import quote
from forms.text import Text, same
from forms.writing.condition import Condition, source
from forms.writing.guess import Guess, guess, listed_options, split_options
from forms.writing.kinds import CHOOSING, kind_title
from forms.writing.told import told

_KEPT = ("id", "title", "hint", "required", "required_message", "when")
_NAMELESS = re.compile(r"[\s'\"]+")


@dataclass(frozen=True, slots=True)
class Edit:
    """A step to be kept and the question that it touched ("" for none)."""

    write: Write
    focus: str = ""


def number_of(manuscript: Manuscript, id_: str) -> int:
    """Its place among the questions, from 1."""
    form = manuscript.form
    return [q.id for q in form.asked].index(id_) + 1 if form else 0


def question(manuscript: Manuscript, id_: str) -> Question | None:
    """None where it is not there."""
    form = manuscript.form
    return next((q for q in form.asked if q.id == id_), None) if form else None


def _holding(questions: list[Any], id_: str) -> tuple[list[Any], int] | None:
    """The list that a question stands in, at whatever depth, and where."""
    for n, element in enumerate(questions):
        if element["id"] == id_:
            return questions, n
        if found := _holding(element.get("questions", []), id_):
            return found
    return None


def _found(fields: dict[str, Any], id_: str) -> tuple[list[Any], int]:
    found = _holding(fields["questions"], id_)
    if found is None:
        raise Mistake(s.GONE)
    return found


def _edit(manuscript: Manuscript, fields: dict[str, Any], what: Text, focus: str, *, given: int | None = None) -> Edit:
    return Edit(Write(written(fields), manuscript.given if given is None else given, what), focus)


def _title(manuscript: Manuscript, id_: str) -> Text:
    found = question(manuscript, id_)
    return same("") if found is None else Text(ja=quote(found.title.ja), en=quote(found.title.en))


def _named(manuscript: Manuscript, pattern: Text, id_: str, **values: object) -> Text:
    return pattern.fill(n=number_of(manuscript, id_), title=_title(manuscript, id_), **values)


# -- questions ---------------------------------------------------------------------------------------------------------


def add(manuscript: Manuscript, guessed: Guess) -> Edit:
    """A new question at the end."""
    fields, number = manuscript.fields, manuscript.given + 1
    new: dict[str, Any] = {"id": f"q{number}", "kind": guessed.kind, "title": guessed.title}
    if guessed.kind in CHOOSING:
        new["options"] = options_of(guessed.options)
    if guessed.kind == "integer":
        new["low"] = 0  # only what is counted is taken for a whole number, and nothing is counted below none
    if guessed.required is False:
        new["required"] = False
    fields["questions"] = [*fields["questions"], new]
    what = s.DID_ADD.fill(title=quote(guessed.title))
    return _edit(manuscript, fields, what, new["id"], given=number)


def retitle(manuscript: Manuscript, id_: str, said: str, below: str) -> Edit:
    """A new wording; with options where it has some."""
    fields = manuscript.fields
    inside, at = _found(fields, id_)
    element, found = inside[at], guess(f"{said}\n{below}")
    options = found.options if element["kind"] in CHOOSING else ()
    title = found.title if options else " ".join(said.split())
    what = _named(manuscript, s.DID_CHANGE, id_)
    inside[at] = {**element, "title": _in_japanese(element["title"], title)}
    if options:
        inside[at]["options"] = options_of(options, element.get("options", ()))
        inside[at].pop("from_list", None)
    return _edit(manuscript, fields, what, id_)


def _in_japanese(before: Any, title: str) -> Any:
    """An English wording beside it stays."""
    return {"ja": title, "en": before["en"]} if isinstance(before, dict) and "en" in before else title


def change_kind(manuscript: Manuscript, id_: str, kind: str, options: Sequence[str] = ()) -> Edit:
    """What does not depend on the kind stays. Choices keep the options they had, if no new ones are given."""
    fields = manuscript.fields
    inside, at = _found(fields, id_)
    element = inside[at]
    what = _named(manuscript, s.DID_KIND, id_, kind=kind_title(kind))
    new = {"kind": kind, **{name: element[name] for name in _KEPT if name in element}}
    if kind in CHOOSING:
        new |= {n: element[n] for n in ("options", "from_list", "choice_filter") if n in element}
        if options:
            new["options"] = options_of(options, element.get("options", ()))
            new.pop("from_list", None)
    inside[at] = new
    return _edit(manuscript, fields, what, id_)


def has_options(manuscript: Manuscript, id_: str) -> bool:
    found = question(manuscript, id_)
    return found is not None and found.kind in CHOOSING


def options_of(labels: Sequence[str], before: Sequence[dict[str, Any]] = ()) -> list[Any]:
    """Options as a document has them; one that was there before under this label stays what it was."""
    known = {_label(option): option for option in before}
    return [known.get(label) or _option(label) for label in labels]


def _label(option: Any) -> str:
    if isinstance(option, str):
        return option
    label = option["label"]
    return label if isinstance(label, str) else str(label["ja"])


def _option(label: str) -> Any:
    """Names stand in conditions and other people's spreadsheets: without spaces and quotation marks."""
    name = _NAMELESS.sub("_", label).strip("_") or "_"
    return {"name": name, "label": label}


def labels_in(text: str, below: str) -> tuple[str, ...]:
    """The options in an order: on its line, or below it."""
    if below:
        return listed_options(f"{text}\n{below}" if text else below)
    return tuple(dict.fromkeys(split_options(text)))


def change_options(manuscript: Manuscript, id_: str, labels: Sequence[str]) -> Edit:
    """Instead of those it had; a question of another kind becomes a choice."""
    found = question(manuscript, id_)
    kind = found.kind if found is not None and found.kind in CHOOSING else "choice"
    edit = change_kind(manuscript, id_, kind, labels)
    what = _named(manuscript, s.DID_OPTIONS, id_)
    return Edit(Write(edit.write.document, edit.write.given, what), id_)


def move(manuscript: Manuscript, id_: str, anchor: str) -> Edit:
    """To the place of `anchor`: before it when it comes from below, after it when from above."""
    fields = manuscript.fields
    inside, at = _found(fields, id_)
    downwards = number_of(manuscript, id_) < number_of(manuscript, anchor)
    element = inside.pop(at)
    into, place = _found(fields, anchor)
    into.insert(place + downwards, element)
    what = _named(manuscript, s.DID_MOVE, id_, to=number_of(manuscript, anchor))
    return _edit(manuscript, fields, what, id_)


def remove(manuscript: Manuscript, id_: str) -> Edit:
    """Raises Mistake where another question's condition rests on it."""
    fields = manuscript.fields
    form = manuscript.form
    for other in form.walk() if form else ():
        if other.id != id_ and any(f"${{{id_}}}" in expression for _, expression in other.expressions()):
            n = number_of(manuscript, other.id) if question(manuscript, other.id) else other.id
            raise Mistake(s.NEEDED.fill(n=number_of(manuscript, id_), other=n))
    inside, at = _found(fields, id_)
    what = _named(manuscript, s.DID_REMOVE, id_)
    del inside[at]
    return _edit(manuscript, fields, what, "")


def copy(manuscript: Manuscript, id_: str) -> Edit:
    """The same again, right below it."""
    fields, number = manuscript.fields, manuscript.given + 1
    inside, at = _found(fields, id_)
    inside.insert(at + 1, {**inside[at], "id": f"q{number}"})
    return _edit(manuscript, fields, _named(manuscript, s.DID_COPY, id_), f"q{number}", given=number)


def require(manuscript: Manuscript, id_: str, *, needed: bool) -> Edit:
    return _set(manuscript, id_, "required", None if needed else False, s.DID_REQUIRED if needed else s.DID_OPTIONAL)


def hint(manuscript: Manuscript, id_: str, words: str | None) -> Edit:
    return _set(manuscript, id_, "hint", words, s.DID_HINT)


def when(manuscript: Manuscript, id_: str, condition: Condition | None) -> Edit:
    expression = None if condition is None else source(condition)
    form = manuscript.form
    words = told(expression, form) if expression and form else s.ALWAYS
    return _set(manuscript, id_, "when", expression, s.DID_WHEN, words=words)


def _set(manuscript: Manuscript, id_: str, name: str, value: Any, did: Text, **values: object) -> Edit:
    """None takes the field away."""
    fields = manuscript.fields
    inside, at = _found(fields, id_)
    what = _named(manuscript, did, id_, **values)
    inside[at] = {k: v for k, v in {**inside[at], name: value}.items() if v is not None}
    return _edit(manuscript, fields, what, id_)


def translate(manuscript: Manuscript, id_: str, english: str, below: str) -> Edit:
    """The English wording of a question; on the lines below, that of its options in their order."""
    fields = manuscript.fields
    inside, at = _found(fields, id_)
    element = {**inside[at], "title": _with_english(inside[at]["title"], english)}
    labels = listed_options(below) if below else ()
    options = element.get("options", ())
    if labels and len(labels) != len(options):
        raise Mistake(s.AS_MANY.fill(count=len(options), given=len(labels)))
    if labels:
        element["options"] = [
            {**option, "label": _with_english(option["label"], label)}
            for option, label in zip(options, labels, strict=True)
        ]
        element.pop("from_list", None)
    what = _named(manuscript, s.DID_TRANSLATE, id_)
    inside[at] = element
    return _edit(manuscript, fields, what, id_)


def _with_english(words: Any, english: str) -> dict[str, str]:
    return {"ja": words if isinstance(words, str) else words["ja"], "en": english}


# -- the form itself ---------------------------------------------------------------------------------------------------


def entitle(manuscript: Manuscript, words: str) -> Edit:
    fields = manuscript.fields
    fields["title"] = _in_japanese(fields["title"], words)
    return _edit(manuscript, fields, s.DID_TITLE.fill(title=quote(words)), "")


def entitle_in_english(manuscript: Manuscript, words: str) -> Edit:
    fields = manuscript.fields
    fields["title"] = _with_english(fields["title"], words)
    return _edit(manuscript, fields, s.DID_TITLE_ENGLISH, "")


def introduce(manuscript: Manuscript, words: str | None) -> Edit:
    fields = {**manuscript.fields, "about": words}
    kept = {name: value for name, value in fields.items() if value is not None}
    return _edit(manuscript, kept, s.DID_ABOUT, "")
