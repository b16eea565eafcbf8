"""A form that is being written, and one editor's conversation about it."""

import json
import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import lru_cache
from typing import Any, Literal

from pydantic import ValidationError

from bots.events import UserId
from forms.document import read_form
from forms.form import Form
from forms.mistake import Mistake
from forms.text import Lang, Text, same

LARGEST = 200_000
"""Characters of a document: well inside what can be loaded again."""
_ID = re.compile(r"q([0-9]{1,6})")
TOO_LARGE = Text(
    ja="フォームが大きくなりすぎました。二つに分けてください。",
    en="The form has become too large: please split it in two.",
)
NOT_POSSIBLE = Text(ja="そのようには変えられません。{what}{mend}", en="That cannot be done. {what} {mend}")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done to a manuscript. `who` is what the author is called."""

    number: int
    author: UserId
    who: str
    what: Text


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A form as it is being written; unlike a form it may still have no question.

    `document` is JSON. `step` is the one it stands at, `last` the newest there is: after an undo they differ.
    `given` counts the ids that questions were given: none is given twice, whatever is removed or undone.
    `past` are the steps that led here, oldest first; `ahead` those that were undone, next first.
    """

    name: str
    document: str
    _: KW_ONLY
    step: int = 1
    last: int = 1
    given: int = 0
    version: int = 0
    past: tuple[Step, ...] = ()
    ahead: tuple[Step, ...] = ()

    @property
    def fields(self) -> dict[str, Any]:
        """The document, fresh, to be changed."""
        fields: dict[str, Any] = json.loads(self.document)
        return fields

    @property
    def form(self) -> Form | None:
        """None while there is no question."""
        return form_of(self.document)

    @property
    def title(self) -> Text:
        title = self.fields["title"]
        return same(title) if isinstance(title, str) else Text(**title)


@lru_cache(maxsize=128)
def form_of(document: str) -> Form | None:
    """The form of a document that was checked before."""
    return Form.model_validate_json(document) if json.loads(document).get("questions") else None


def written(fields: Mapping[str, Any]) -> str:
    """A document, checked. Raises Mistake: what the change would break."""
    document = json.dumps(fields, ensure_ascii=False)
    if len(document) > LARGEST:
        raise Mistake(TOO_LARGE)
    try:
        form_of(document)
    except ValidationError:
        raise Mistake(_why(document)) from None
    return document


def _why(document: str) -> Text:
    flaws = read_form(document)
    if isinstance(flaws, Form) or not flaws:
        return NOT_POSSIBLE.fill(what="", mend="")
    return NOT_POSSIBLE.fill(what=flaws[0].what, mend=flaws[0].mend)


def document_of(form: Form, **changes: Any) -> str:
    """The document of a form."""
    return json.dumps(
        {**form.model_dump(mode="json", by_alias=True, exclude_defaults=True), **changes}, ensure_ascii=False
    )


def highest_id(document: str) -> int:
    """The highest n of an id q<n> in a document; 0 where there is none."""
    return max((int(n) for n in _ID.findall(document)), default=0)


@dataclass(frozen=True, slots=True)
class Drafting:
    """`seen` is the manuscript as it was last shown to this editor: the numbers they say are places in it.

    `focus`: the question that one word corrects. `waiting`: what was asked back, all words. `me`: the editor.
    `sources`: message → the question that it added or reworded; an edit of the message changes the question.
    """

    manuscript: Manuscript
    seen: Manuscript
    _: KW_ONLY
    me: UserId
    focus: str = ""
    waiting: Mapping[str, str] = field(default_factory=dict)
    stage: Literal["open", "away"] = "open"
    sources: Mapping[str, str] = field(default_factory=dict)
    lang: Lang = "ja"


@dataclass(frozen=True, slots=True)
class Write:
    """Keep the document as the next step."""

    document: str
    given: int
    what: Text


@dataclass(frozen=True, slots=True)
class Stand:
    """Undo or redo: from now on the manuscript stands at this step."""

    step: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Play the form for the editor alone."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Put the form to people: `words` say where and until when.

    `lacks`: "room" or "when", where that alone was asked for; `known` is what had been said before.
    """

    words: str
    lacks: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """Let a question choose from the municipality's list of this name; `title`: a new question of these words."""

    question: str
    name: str
    title: str = ""


Deed = Write | Stand | Preview | Publish | Draw
