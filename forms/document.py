"""A form as people write it, in YAML or JSON: read with everything that is wrong with it, and written back."""

import json
from collections.abc import Iterator

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from forms.flaws import Flaw, flaws_of, place_of
from forms.form import MOST_QUESTIONS, Form, incoherences
from forms.text import Text
from forms.yaml_reading import Broken, Document, Tree, read_yaml

__all__ = ["Flaw", "read_form", "write_form"]

MOST_FLAWS = 20
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TWICE = (
    Text(ja="同じ項目が2回書かれています。", en="This field is written twice."),
    Text(ja="どちらかを消してください。", en="Remove one of them."),
)
_NO_FORM = (
    Text(ja="フォームとして読めません。", en="This is not a form."),
    Text(
        ja="「name: …」「title: …」「questions:」の行から書き始めてください。",
        en="Begin with the lines “name: …”, “title: …” and “questions:”.",
    ),
)


def read_form(text: str) -> Form | tuple[Flaw, ...]:
    """The form, or everything that is wrong with it: at most 20 flaws, in the order of the text. Never raises."""
    try:
        document = read_yaml(text)
    except Broken as broken:
        return (Flaw(place_of((), {}, line=broken.line), broken.what, broken.mend),)
    if not isinstance(document.tree, dict):
        return (Flaw(place_of((), {}, line=1), *_NO_FORM),)
    found = [*_twice(document), *_between(document)]
    try:
        form = Form.model_validate(document.tree)
    except ValidationError as error:
        return tuple([*found, *flaws_of(error, document)][:MOST_FLAWS])
    return tuple(found[:MOST_FLAWS]) or form


def write_form(form: Form) -> str:
    """The form as YAML that reads back equal; what is as usual is left out."""
    fields = json.loads(form.model_dump_json(exclude_defaults=True))
    fields["questions"] = [
        {"id": question["id"], "kind": question["kind"], **question} for question in fields["questions"]
    ]
    written: str = yaml.dump(fields, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=120)
    return written


def _twice(document: Document) -> Iterator[Flaw]:
    for path in document.twice[:MOST_FLAWS]:
        yield Flaw(place_of(path, document.tree, line=document.lines.get(path, 0)), *_TWICE)


def _between(document: Document) -> Iterator[Flaw]:
    """What is wrong between questions; said here too so that it comes together with what is wrong inside them."""
    for index, what, mend in incoherences(_conditions(document.tree))[:MOST_FLAWS]:
        path = ("questions", index)
        yield Flaw(place_of(path, document.tree, line=document.lines.get(path, 0)), what, mend)


def _conditions(tree: Tree) -> list[tuple[str, str | None]]:
    questions = tree.get("questions") if isinstance(tree, dict) else None
    return [_condition(n, question) for n, question in enumerate(questions if isinstance(questions, list) else ())]


def _condition(index: int, question: Tree) -> tuple[str, str | None]:
    known = question if isinstance(question, dict) else {}
    id_, when = known.get("id"), known.get("when")
    return id_ if isinstance(id_, str) else f"?{index}", when if isinstance(when, str) else None
