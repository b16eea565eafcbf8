"""What may be done to a manuscript: each edit names its question by id, so that no other edit gets in its way."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bots.drafting import sentences as s
from bots.drafting.parts import WITH_OPTIONS, guessed_parts, parts_of, translated, with_english
from bots.drafting.places import number_of, numbers_of, question, row_ids
from bots.drafting.state import Manuscript, Write, written
from forms.lists.table import Filed
from forms.mistake import Mistake
from forms.questions import Element, Matrix
from forms.reading.words import quote
from forms.text import Text, same
from forms.writing.condition import Condition, source
from forms.writing.guess import Guess, guess
from forms.writing.kinds import CHOOSING, kind_title
from forms.writing.listed import listed_options, split_options
from forms.writing.told import told

_KEPT = ("id", "title", "hint", "required", "required_message", "when")


@dataclass(frozen=True, slots=True)
class Edit:
    """A step to be kept and the question that it touched ("" for none)."""

    write: Write
    focus: str = ""


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
    return pattern.fill(n=numbers_of(manuscript, id_), title=_title(manuscript, id_), **values)


# -- questions ---------------------------------------------------------------------------------------------------------


def add(manuscript: Manuscript, guessed: Guess) -> Edit:
    """A new question at the end."""
    fields, number = manuscript.fields, manuscript.given + 1
    new: dict[str, Any] = {"id": f"q{number}", "kind": guessed.kind, "title": guessed.title, **guessed_parts(guessed)}
    if guessed.required is False:
        new["required"] = False
    fields["questions"] = [*fields["questions"], new]
    what = s.DID_ADD.fill(title=quote(guessed.title))
    return _edit(manuscript, fields, what, new["id"], given=number)


def retitle(manuscript: Manuscript, id_: str, said: str, below: str) -> Edit:
    """A new wording; with options, or whatever else its kind has, where they stand there too."""
    fields = manuscript.fields
    inside, at = _found(fields, id_)
    element, found = inside[at], guess(f"{said}\n{below}")
    parts = _reworded(element, found, below)
    title = found.title if parts else " ".join(said.split())
    what = _named(manuscript, s.DID_CHANGE, id_)
    inside[at] = _with_parts({**element, "title": _in_japanese(element["title"], title)}, parts)
    return _edit(manuscript, fields, what, id_)


def _reworded(element: dict[str, Any], found: Guess, below: str) -> dict[str, Any]:
    if element["kind"] in CHOOSING:
        return parts_of(element["kind"], "\n".join(found.options), element) if found.options else {}
    if element["kind"] == "scale" and found.kind == "scale":
        return dict(found.fields)
    return parts_of(element["kind"], below, element) if below else {}


def _with_parts(element: dict[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """New parts take the place of those of their kind."""
    gone = {name for group in _GROUPS if group & parts.keys() for name in group}
    return {name: value for name, value in element.items() if name not in gone} | dict(parts)


_GROUPS = (frozenset({"options", "from_list"}), frozenset({"points", "first", "lowest", "highest", "labels"}))


def _in_japanese(before: Any, title: str) -> Any:
    """An English wording beside it stays."""
    return {"ja": title, "en": before["en"]} if isinstance(before, dict) and "en" in before else title


def element(manuscript: Manuscript, id_: str) -> dict[str, Any]:
    """A question as its document has it. Raises Mistake where it is gone."""
    inside, at = _found(manuscript.fields, id_)
    found: dict[str, Any] = inside[at]
    return found


def change_kind(manuscript: Manuscript, id_: str, kind: str, parts: Mapping[str, Any]) -> Edit:
    """What does not depend on the kind stays; in a question of this kind already, all that `parts` do not replace."""
    fields = manuscript.fields
    inside, at = _found(fields, id_)
    before = inside[at]
    what = _named(manuscript, s.DID_KIND, id_, kind=kind_title(kind))
    kept = before if before["kind"] == kind else {name: before[name] for name in _KEPT if name in before}
    inside[at] = _with_parts({**kept, "kind": kind}, parts)
    _check_unused(manuscript, id_, _ids(before) - _ids(inside[at]))
    return _edit(manuscript, fields, what, id_)


def draw(manuscript: Manuscript, id_: str, title: str, *, filed: Filed) -> Edit:
    """A question chooses from a list in a file as it is now; a new question where there is no id."""
    key = filed.file.removesuffix(".csv")
    if not id_:
        manuscript = _with_question(manuscript, title)
        id_ = f"q{manuscript.given}"
    fields = manuscript.fields
    fields["tables"] = {**fields.get("tables", {}), key: filed.table().model_dump(mode="json", exclude_defaults=True)}
    inside, at = _found(fields, id_)
    before = inside[at]
    kept = {name: before[name] for name in _KEPT if name in before}
    what = s.DID_DRAW.fill(title=quote(_shown_title(before)), name=quote(key))
    inside[at] = {**kept, "kind": "lookup", "options": key}
    _check_unused(manuscript, id_, _ids(before) - _ids(inside[at]))
    return _edit(manuscript, fields, what, id_)


def _with_question(manuscript: Manuscript, title: str) -> Manuscript:
    fields, number = manuscript.fields, manuscript.given + 1
    fields["questions"] = [*fields["questions"], {"id": f"q{number}", "kind": "text", "title": title}]
    return replace(manuscript, document=written(fields), given=number)


def _shown_title(element: Mapping[str, Any]) -> str:
    title = element["title"]
    return title if isinstance(title, str) else str(title["ja"])


def _ids(element: Mapping[str, Any]) -> set[str]:
    """Those under which its answers are kept."""
    rows = element["rows"] if element["kind"] == "matrix" else ()
    return {f"{element['id']}_{row['name']}" for row in rows} or {element["id"]}


def labels_in(text: str, below: str) -> tuple[str, ...]:
    """The options in an order: on its line, or below it."""
    if below:
        return listed_options(f"{text}\n{below}" if text else below)
    return tuple(dict.fromkeys(split_options(text)))


def change_options(manuscript: Manuscript, id_: str, text: str, below: str) -> Edit:
    """Instead of those it had: options, the columns of a table, the points of a scale; other kinds become a choice."""
    before = element(manuscript, id_)
    kind = before["kind"] if before["kind"] in WITH_OPTIONS else "choice"
    said = f"{text}\n{below}".strip() if kind == "scale" else "\n".join(labels_in(text, below))
    parts = parts_of(kind, f"列:\n{said}" if kind == "matrix" else said, before)
    edit = change_kind(manuscript, id_, kind, parts)
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
    what = _named(manuscript, s.DID_MOVE, id_, to=numbers_of(manuscript, anchor))
    return _edit(manuscript, fields, what, id_)


def remove(manuscript: Manuscript, id_: str) -> Edit:
    """Raises Mistake where another question's condition rests on it."""
    fields = manuscript.fields
    if form := manuscript.form:
        _check_unused(manuscript, id_, row_ids(form, id_))
    inside, at = _found(fields, id_)
    what = _named(manuscript, s.DID_REMOVE, id_)
    del inside[at]
    return _edit(manuscript, fields, what, "")


def _check_unused(manuscript: Manuscript, id_: str, gone: Iterable[str]) -> None:
    """Raises Mistake where a condition of another question rests on one of the ids of this one."""
    form, names = manuscript.form, [f"${{{one}}}" for one in gone]
    for other in form.walk() if form else ():
        if other.id != id_ and any(name in expression for _, expression in _said_in(other) for name in names):
            n = numbers_of(manuscript, other.id) if question(manuscript, other.id) else other.id
            raise Mistake(s.NEEDED.fill(n=numbers_of(manuscript, id_), other=n))


def _said_in(element: Element) -> Iterator[tuple[str, str]]:
    """The condition of a table stands with its rows."""
    if isinstance(element, Matrix) and element.when:
        yield "when", element.when
    yield from element.expressions()


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
    before, labels = inside[at], listed_options(below) if below else ()
    parts = translated(before, labels) if labels else {}
    what = _named(manuscript, s.DID_TRANSLATE, id_)
    inside[at] = {**before, "title": with_english(before["title"], english), **parts}
    if labels:
        inside[at].pop("from_list", None)
    return _edit(manuscript, fields, what, id_)


# -- the form itself ---------------------------------------------------------------------------------------------------


def entitle(manuscript: Manuscript, words: str) -> Edit:
    fields = manuscript.fields
    fields["title"] = _in_japanese(fields["title"], words)
    return _edit(manuscript, fields, s.DID_TITLE.fill(title=quote(words)), "")


def entitle_in_english(manuscript: Manuscript, words: str) -> Edit:
    fields = manuscript.fields
    fields["title"] = with_english(fields["title"], words)
    return _edit(manuscript, fields, s.DID_TITLE_ENGLISH, "")


def introduce(manuscript: Manuscript, words: str | None) -> Edit:
    fields = {**manuscript.fields, "about": words}
    kept = {name: value for name, value in fields.items() if value is not None}
    return _edit(manuscript, kept, s.DID_ABOUT, "")
