"""Random ways through a form: what people may do, and what our engine says after each step."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from forms.form import Form
from forms.questions import Repeat, Value
from forms.questions.choice import OptionFields
from forms.questions.other import in_other_words
from forms.sheet import Place, Sheet, id_of, keyed, more_key
from tests.odk.ours import State, Turns, other_key, sheet_of, spelt, state_of
from tests.odk.pair import Pair
from tests.odk.repertoire import Repertoire, readable

_TYPES = {
    "choice": ("string",),
    "choices": ("string",),
    "date": ("date",),
    "datetime": ("dateTime",),
    "integer": ("int",),
    "number": ("decimal",),
    "rank": ("odk:rank",),
    "text": ("string",),
    "time": ("time",),
    "yesno": ("string",),
}
"""Kind → the types of XForms that it is; all else (photographs, places) is never answered."""


@dataclass(frozen=True, slots=True)
class Step:
    """`deed`: begin, set, add or remove. `expected`: what our side then says of each node that changed; None: gone."""

    deed: str
    key: str
    value: str
    turn: int
    expected: dict[str, Any]
    also: dict[str, str] = field(default_factory=dict)
    """What is set besides, by key: the words that go with “other”."""


@dataclass(slots=True)
class Walker:
    """One person filling in one form, at random."""

    pair: Pair
    chance: Random
    answers: dict[str, Value] = field(default_factory=dict)
    turns: Turns = field(default_factory=dict)
    _last: State = field(default_factory=dict)
    _repertoire: Repertoire = field(init=False)

    def __post_init__(self) -> None:
        self._repertoire = Repertoire(self.form, self.chance)

    @property
    def form(self) -> Form:
        return self.pair.form

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self.pair.ids.values())

    def walk(self, steps: int) -> Iterator[Step]:
        sheet = self._stand()
        yield self._step(sheet, "begin", "")
        for _ in range(steps):
            sheet = self._stand()
            if (done := self._do(sheet)) is not None:
                yield done

    def _step(self, sheet: Sheet, deed: str, key: str, value: str = "", turn: int = 0) -> Step:
        state = state_of(sheet, self.known)
        changed: dict[str, Any] = dict.fromkeys(self._last.keys() - state.keys())
        changed |= {at: fields for at, fields in state.items() if self._last.get(at) != fields}
        self._last = state
        return Step(deed, key, value, turn, changed)

    # -- standing -----------------------------------------------------------------------------------------------------

    def _stand(self) -> Sheet:
        """As in an XForm, a repeat that people add to begins with one turn; in turns added later often with none."""
        while True:
            sheet = sheet_of(self.form, self._all())
            fresh = [
                (repeat.id, holder)
                for repeat in self._repeats()
                for holder in sheet.holders(repeat)
                if (repeat.id, holder.turn) not in self.turns
            ]
            if not fresh:
                break
            born = self.pair.copied
            self.turns |= {
                (id_, holder.turn): int(not self._last or id_ in born or _in_first(holder)) for id_, holder in fresh
            }
        self._forget(sheet)
        return sheet

    def _all(self) -> dict[str, Value]:
        more = {}
        for repeat in self._repeats():
            for (id_, turn), count in self.turns.items():
                if id_ == repeat.id:
                    more |= {more_key(repeat, turn, n): "yes" for n in range(repeat.least, count)}
        return self.answers | more

    def _repeats(self) -> list[Repeat]:
        return [one for one in self.form.walk() if isinstance(one, Repeat) and not one.count]

    def _forget(self, sheet: Sheet) -> None:
        """A turn that is gone takes its answers with it in an XForm; our side would keep them for its return."""
        for key in self.answers.keys() - sheet.by_key.keys():
            del self.answers[key]
        holders = {(repeat.id, holder.turn) for repeat in self._repeats() for holder in sheet.holders(repeat)}
        for gone in self.turns.keys() - holders:
            del self.turns[gone]

    # -- doing --------------------------------------------------------------------------------------------------------

    def _do(self, sheet: Sheet) -> Step | None:
        repeats = [
            (repeat, holder)
            for repeat in self._repeats()
            for holder in sheet.holders(repeat)
            if repeat.id in self.known and holder.relevant
        ]
        if repeats and self.chance.random() < 0.25:
            return self._more_or_less(*self.chance.choice(repeats))
        open_ = [place for place in sheet.by_key.values() if self._can(place)]
        return self._answer(self._picked(open_)) if open_ else None

    def _picked(self, open_: list[Place]) -> Place:
        """Mostly what has no answer yet, and what others rest on: long forms would never be entered otherwise."""
        fresh = [place for place in open_ if place.key not in self.answers]
        leading = [place for place in fresh if place.element.id in self._repertoire.mentioned]
        draw = self.chance.random()
        return self.chance.choice((draw < 0.5 and leading) or (draw < 0.75 and fresh) or open_)

    def _can(self, place: Place) -> bool:
        element = place.element
        asked = place.holder is not None and place.relevant
        return asked and self.pair.types.get(element.id) in _TYPES.get(element.kind, ())

    def _more_or_less(self, repeat: Repeat, holder: Place) -> Step | None:
        now = self.turns[repeat.id, holder.turn]
        key = keyed(repeat.id, holder.turn)
        if self.chance.random() < 0.6 and now < min(repeat.most, 4):
            self.turns[repeat.id, holder.turn] = now + 1
            return self._step(self._stand(), "add", key)
        if not now:
            return None
        turn = self.chance.randint(1, now)
        self._take_away(repeat, holder.turn, turn)
        return self._step(self._stand(), "remove", key, turn=turn)

    def _take_away(self, repeat: Repeat, around: tuple[int, ...], turn: int) -> None:
        """What stands behind the turn that goes moves up."""
        inside = {repeat.id, *_ids(repeat)}
        self.turns[repeat.id, around] -= 1

        def moved(at: tuple[int, ...]) -> tuple[int, ...] | None:
            here = at[len(around)]
            return None if here == turn else (*around, here - (here > turn), *at[len(around) + 1 :])

        def within(id_: str, at: tuple[int, ...]) -> bool:
            return id_ in inside and at[: len(around)] == around and len(at) > len(around)

        answers = {(id_of(key), _turn(key)): value for key, value in self.answers.items()}
        kept = {(id_, moved(at) if within(id_, at) else at): value for (id_, at), value in answers.items()}
        self.answers = {keyed(id_, at): value for (id_, at), value in kept.items() if at is not None}
        turns = {(id_, moved(at) if within(id_, at) else at): count for (id_, at), count in self.turns.items()}
        self.turns = {(id_, at): count for (id_, at), count in turns.items() if at is not None}

    def _answer(self, place: Place) -> Step | None:
        element, key = place.element, place.key
        value = None if self.chance.random() < 0.12 else self._repertoire.answer(place)
        if not readable(element, value) or (value is None and element.kind == "rank"):
            return None
        before = self.answers.get(key), key in self.answers
        self.answers[key] = value
        if self._beyond():
            self.answers[key] = before[0]
            if not before[1]:
                del self.answers[key]
            return None
        done = self._step(self._stand(), "set", key, spelt(element, element.plain(value)))
        if words := in_other_words(value):
            done.also[other_key(place)] = words
        if isinstance(element, OptionFields):
            offered = element.offered if place.offered is None else place.offered
            self.answers[key] = element.among(value, offered)  # ODK's engine does not even take what is not offered
        return done

    def _beyond(self) -> bool:
        """Whether a count is now above what our side allows, or blank, when ODK's engine keeps the turns it had."""
        sheet = sheet_of(self.form, self._all())
        counted = [one for one in self.form.walk() if isinstance(one, Repeat) and one.count]
        for repeat in counted:
            for holder in sheet.holders(repeat):
                turns = self.form.rules.of[repeat.id]["count"].number(holder.node, sheet.scope)
                before = self._last.get(keyed(repeat.id, holder.turn), {}).get("turns", 0)
                if turns >= repeat.most or (math.isnan(turns) and before):
                    return True
        return False


def _in_first(holder: Place | None) -> bool:
    """Whether this is in the first turn of a repeat that is counted: that one alone is no copy of the template."""
    while holder is not None and not isinstance(holder.element, Repeat):
        holder = holder.holder
    return holder is not None and holder.turn[-1] == 1 and bool(holder.element.count)


def _ids(repeat: Repeat) -> set[str]:
    found = set()
    for one in repeat.questions:
        found.add(one.id)
        found |= _ids(one)
    return found


def _turn(key: str) -> tuple[int, ...]:
    return tuple(int(part) for part in key.split(".")[1:])
