"""A form as people write it, in YAML or JSON: read with everything that is wrong with it, and written back."""

from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from forms.flaws import Flaw, emptied, flaw_at, flaw_on, translated
from forms.form import MOST_QUESTIONS, Form
from forms.lists.known import Known, drawn
from forms.notation import KEEP_ONE, Path, Tree, Unreadable, read_tree, repeated
from forms.questions import Element, Group, Repeat
from forms.questions.matrix import row_ids
from forms.reading.words import is_unsafe
from forms.rules import LEADING, Piece, Rules
from forms.text import Text

__all__ = ["Flaw", "read_form", "write_form"]

MOST_FLAWS = 20
_MOST_ERRORS = 200  # looked at, so that a document of nothing but errors is answered quickly


def read_form(text: str, known: Known | None = None) -> Form | tuple[Flaw, ...]:
    """The form, or what is wrong with the document: all at once, in its order, 20 at most. Never raises.

    `known` are the lists in files that it may name; without them a form stands by itself.
    """
    try:
        tree = read_tree(text)
    except Unreadable as why:
        return (flaw_on(why.line, why.what, why.mend),)
    if not isinstance(tree.value, dict):
        return (_no_form(text),)
    document, faults = (tree.value, ()) if known is None else drawn(tree.value, known)
    lacking = tuple(flaw_at(tree, path, what, mend) for path, what, mend in faults)
    try:
        form = Form.model_validate(document)
    except ValidationError as error:
        return _in_order([*lacking, *_flaws(tree, error)])
    return _in_order([*lacking, *_of_notation(tree)]) or form


def write_form(form: Form) -> str:
    """The form as YAML; read_form gives the same form."""
    return yaml.safe_dump(as_document(form), allow_unicode=True, sort_keys=False, width=110)


def as_document(form: Form) -> dict[str, Any]:
    """The form as people write it: fields in their order, what is left at its default left out."""
    document = form.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"questions"})
    document["questions"] = [_written(question) for question in form.questions]
    for options in document.get("lists", {}).values():
        options[:] = _options(options)
    return {name: document[name] for name in Form.model_fields if name in document}


def _written(element: Element) -> dict[str, Any]:
    """First id and kind; options of a list by its name; an option whose label is its name is a bare word."""
    left_out = {"inside", "offered"} if getattr(element, "from_list", None) else {"inside"}
    dumped = element.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=left_out)
    ordered = {"id": dumped["id"], "kind": dumped["kind"]}
    for name, value in dumped.items():
        ordered["options" if name == "from_list" else name] = value
    if isinstance(ordered.get("options"), list):
        ordered["options"] = _options(ordered["options"])
    if isinstance(element, Group | Repeat):
        ordered["questions"] = [_written(inside) for inside in element.questions]
    return ordered


def _options(options: list[dict[str, Any]]) -> list[Any]:
    return [o["name"] if o == {"name": o["label"], "label": o["label"]} else o for o in options]


def _no_form(text: str) -> Flaw:
    mend = Text(ja="「name: …」のように項目を並べてください。", en="Write fields, such as “name: …”.")
    if "：" in text:
        mend = Text(ja="全角の「：」を半角の「: 」に直してください。", en="Write “: ” instead of the full-width “：”.")
    return flaw_on(None, Text(ja="フォームの項目がありません。", en="There are no fields of a form here."), mend)


def _flaws(tree: Tree, error: ValidationError) -> tuple[Flaw, ...]:
    """Each once: pydantic says the same several times where several types were possible."""
    errors = error.errors(include_url=False, include_input=False)[:_MOST_ERRORS]
    found = [translated(one, tree) for one in errors if one["loc"] and not emptied(one, tree)]
    places = {flaw.place for flaw in found}
    return _in_order([*found, *_across(tree), *(flaw for flaw in _of_notation(tree) if flaw.place not in places)])


def _in_order(flaws: Iterable[Flaw]) -> tuple[Flaw, ...]:
    once = {(flaw.place, flaw.what): flaw for flaw in flaws}
    return tuple(sorted(once.values(), key=lambda flaw: flaw.line or 0)[:MOST_FLAWS])


def _across(tree: Tree) -> Iterator[Flaw]:
    """What is wrong between questions, as far as they can be told apart while other things are wrong too."""
    written = tree.value.get("questions") if isinstance(tree.value, dict) else None
    for broken in Rules(tuple(_pieces(written, ("questions",)))[:MOST_QUESTIONS]).faults[:MOST_FLAWS]:
        yield flaw_at(tree, (*broken.path, broken.field), broken.what, broken.mend)


def _pieces(
    written: object, path: Path, holder: str | None = None, *, repeats: tuple[str, ...] = ()
) -> Iterator[Piece]:
    """What of the document can be taken for questions, with their expressions."""
    for n, one in enumerate(written if isinstance(written, list) else ()):
        if not isinstance(one, dict):
            continue
        id_ = one.get("id")
        if isinstance(id_, str):
            yield Piece((*path, n), id_, tuple(_sources(one)), holder, repeats, id_)
        for k, row in enumerate(row_ids(id_, one.get("rows"))):
            yield Piece((*path, n, "rows", k), row, (), holder, repeats, row)
        inside = (*repeats, str(id_)) if one.get("kind") == "repeat" else repeats
        yield from _pieces(one.get("questions"), (*path, n, "questions"), id_ or holder, repeats=inside)


def _sources(question: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in sorted(LEADING | {"constraint"}):
        if isinstance(source := question.get(name), str) and source:
            yield name, source


def _of_notation(tree: Tree) -> Iterator[Flaw]:
    """Fields written twice; characters that show nothing or deceive, written as escapes."""
    for path in tree.twice:
        yield flaw_at(tree, path, repeated(str(path[-1])), KEEP_ONE)
    for path, value in tree.walk():
        if isinstance(value, str) and is_unsafe(value):
            what = Text(ja="見えない制御文字が入っています。", en="It holds control characters.")
            yield flaw_at(tree, path, what, Text(ja="その文字を消してください。", en="Please delete them."))
