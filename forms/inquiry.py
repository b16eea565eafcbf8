"""An inquiry (照会): one form that several municipalities each put to their own people; only totals travel.

What stands here is what both sides agree on: what is asked, how far each municipality is, and how sums are made.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final, Literal

from pydantic import ValidationError

from forms.form import Form
from forms.text import Text, lines

Kind = Literal["totals", "one"]
"""`totals`: people of the municipality answer, and counts leave; `one`: one office answers for it."""
State = Literal["sent", "offline", "received", "asking", "released", "declined", "unable", "late", "left"]
Told = Literal["sent", "received", "asking", "released", "declined", "unable"]

NEWEST: Final = 1
"""Of the ways in which inquiries are written: what needs a newer one cannot be run here."""
PATIENCE: Final = timedelta(minutes=15)
"""So long nothing is said of a municipality that has not yet confirmed that it got the inquiry."""

STATES: Mapping[State, Text] = {
    "sent": Text(ja="送付中", en="on its way"),
    "offline": Text(ja="未着（つながりません）", en="offline"),
    "received": Text(ja="受領", en="received"),
    "asking": Text(ja="庁内照会中", en="asking"),
    "released": Text(ja="回答済み", en="released"),
    "declined": Text(ja="辞退", en="declined"),
    "unable": Text(ja="実行できません", en="cannot run it"),
    "late": Text(ja="期限超過", en="late"),
    "left": Text(ja="連合を脱退", en="left the alliance"),
}
FROM = Text(
    ja="この調査は{asker}からの照会です。{asker}へは集計した数だけを送り、一人ひとりの回答は送りません。",
    en="This is an inquiry by {asker}. Only totals go to {asker}; nobody's own answers leave this municipality.",
)
FROM_ONE = Text(
    ja="この調査は{asker}からの照会です。ここでの回答は、承認のあと、{home}の回答として{asker}へ送ります。",
    en="This is an inquiry by {asker}. What is answered here goes to {asker} as the answer of {home}, once approved.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is released of one question: value → how many. `base`: whom it concerned, None where all is withheld.

    `withheld` names the values whose counts do not leave; `total`: the sum of numbers, as a decimal.
    """

    base: int | None = None
    cells: Mapping[str, int] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()
    total: str | None = None


GIVEN: Final = "given"
"""The cell of a question whose answers are no options: how many answered it."""
SKIPPED: Final = ""
"""The cell of those who did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What one municipality released as its `version`. `answered`: None where even that is too few.

    Of the kind `one`, `answers` are its own, as JSON.
    """

    version: int
    asked: int
    answered: int | None
    parts: Mapping[str, Part]
    answers: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """How far one of the municipalities that were asked is, as the asker knows it. `said` counts what it told."""

    server: str
    told: Told = "sent"
    said: int = 0
    reason: str = ""
    asked: int | None = None
    released: Released | None = None
    released_at: datetime | None = None
    seal: str = ""
    warning: str = ""

    def state(self, *, now: datetime, sent_at: datetime, deadline: datetime, present: bool) -> State:
        """What the asker's table shows. What was released stays released, whatever became of the municipality."""
        if self.released is not None:
            return "released"
        if not present:
            return "left"
        if self.told in ("declined", "unable"):
            return self.told
        if now >= deadline:
            return "late"
        if self.told == "sent" and now - sent_at >= PATIENCE:
            return "offline"
        return self.told

    def is_late(self, deadline: datetime) -> bool:
        """Whether what was released came after the deadline, by the asker's clock."""
        return self.released_at is not None and self.released_at > deadline


_AT_HOME: Final = {"audience": None, "closes": None, "remind": (), "urgent": False}
"""Whom, when and how urgently: each municipality decides that for its own people."""
_LONGEST_ABOUT: Final = 3500


WITH_LISTS = Text(
    ja="CSVの一覧（{lists}）を使うフォームは、照会に使えません。選択肢を質問に書いてください。",
    en="A form that draws from lists in CSV files ({lists}) cannot be put to others. Write the options into its "
    "questions.",
)


def document_of(form: Form) -> str:
    """The form as it travels."""
    return form.model_copy(update=_AT_HOME).model_dump_json(exclude_defaults=True)


def digest_of(document: str) -> str:
    """By which a release says which form it answers."""
    return hashlib.sha256(document.encode()).hexdigest()


def runnable(document: str, needs: int) -> Form | None:
    """The form; None where this Kairan cannot run it: too new, a kind that it does not know, or no form at all."""
    if needs > NEWEST:
        return None
    try:
        return Form.model_validate_json(document)
    except (ValidationError, RecursionError):
        return None


def at_home(form: Form, number: int, *, kind: Kind, asker: Text, home: Text) -> Form:
    """The form as it is put to a municipality's own people: under a name of its own, and saying who asks."""
    says = (FROM if kind == "totals" else FROM_ONE).fill(asker=asker, home=home)
    about = says if form.about is None else lines(says, _short(form.about))
    changes = {**_AT_HOME, "name": f"照会{number}-{form.name}"[:64], "about": about}
    if kind == "one":
        changes |= {"results": "editors", "privacy": "named"}
    return form.model_copy(update=changes)


def _short(words: Text) -> Text:
    """So much that what we say before it still fits into a form."""
    return Text(ja=words.ja[:_LONGEST_ABOUT], en=words.en[:_LONGEST_ABOUT])


@dataclass(frozen=True, slots=True)
class Sum:
    """One cell over all municipalities: what was shown, and how many of them withhold it."""

    shown: int
    withheld: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The releases added up."""

    members: int
    asked: int
    answered: int
    cells: Mapping[tuple[str, str], Sum]
    totals: Mapping[str, Fraction]


def added(releases: Iterable[Released]) -> Whole:
    """The sums; in whatever order they come, the same."""
    given = list(releases)
    cells: dict[tuple[str, str], Sum] = {}
    totals: dict[str, Fraction] = {}
    for released in given:
        for question, part in released.parts.items():
            for value, n in part.cells.items():
                held = cells.get((question, value), Sum(0))
                cells[question, value] = Sum(held.shown + n, held.withheld)
            for value in part.withheld:
                held = cells.get((question, value), Sum(0))
                cells[question, value] = Sum(held.shown, held.withheld + 1)
            if part.total is not None:
                totals[question] = totals.get(question, Fraction(0)) + Fraction(part.total)
    return Whole(
        members=len(given),
        asked=sum(r.asked for r in given),
        answered=sum(r.answered or 0 for r in given),
        cells=cells,
        totals=totals,
    )


def counts(states: Sequence[State]) -> Sequence[tuple[State, int]]:
    """How many municipalities are in which state, in the order of STATES; those that occur."""
    return [(state, n) for state in STATES if (n := sum(one == state for one in states))]
