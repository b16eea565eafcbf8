"""Parts of a template that a prefecture has locked: who adopts it leaves them as they are."""

from collections.abc import Iterable
from typing import Any

from forms.form import Form
from forms.questions import Element
from forms.text import Text

LOCKED = Text(
    ja="「{title}」は{who}が固定しています。変えたり消したりはできません。変えたいときは{who}にご相談ください。",
    en="“{title}” was locked by {who}: it cannot be changed or removed. Please ask {who} about it.",
)


def broken_lock(template: Form, mine: Form, locked: Iterable[str], *, who: Text) -> Text | None:
    """Which locked part of the template is not in `mine` as it was, and who locked it; None where all are."""
    theirs, ours = _elements(template), _elements(mine)
    for id_ in locked:
        if id_ in theirs and ours.get(id_) != theirs[id_]:
            return LOCKED.fill(title=title_of(template, id_), who=who)
    return None


def title_of(form: Form, id_: str) -> Text:
    """What people call a part: its wording, or its id where it has none."""
    element = next((e for e in form.walk() if e.id == id_), None)
    title = getattr(element, "title", None)
    return title if isinstance(title, Text) else Text(ja=id_, en=id_)


def _elements(form: Form) -> dict[str, dict[str, Any]]:
    return {element.id: fields_of(element) for element in form.walk()}


def fields_of(element: Element) -> dict[str, Any]:
    """All fields of one part as they are written, without what stands inside it."""
    fields = element.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"inside"})
    return {name: value for name, value in fields.items() if name != "questions"}
