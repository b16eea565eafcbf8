"""One response worked out: which questions matter, and every value that follows from other answers.

A value has a key: the id of its element, and within repeats which turn it belongs to (`age.2`, `toy.2.1`). Answers are
kept by key, so that position, turns and calculated values are derived from them, never stored.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from forms.chance import chance, uuid
from forms.expression import Budget, Expression, Node, Scope
from forms.mistake import Mistake
from forms.questions import Calculated, Element, Hidden, Repeat, Value
from forms.questions.base import Answers, Placed, QuestionFields
from forms.questions.choice import OptionFields
from forms.questions.option import Drawn

if TYPE_CHECKING:
    from forms.form import Form
    from forms.questions.option import Option

MOST_PASSES = 32
MOST_STEPS = 2_000_000
"""Nodes looked at for one response: about a second. What is asked after that has no value, and the bot goes on."""
CHANCY = frozenset({"once", "random", "randomize", "uuid"})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an expression may ask besides answers: the time (aware), when this response began, and its own chance."""

    now: datetime | None = None
    begun: datetime | None = None
    seed: str = ""


@dataclass(slots=True, eq=False)
class Place:
    """An element where it stands in one response. `turn`: numbers of the repeats around it, outermost first."""

    element: Placed
    turn: tuple[int, ...]
    node: Node
    holder: "Place | None" = None
    relevant: bool = True
    value: Value = None
    offered: "tuple[Option, ...] | None" = None
    inside: "dict[str, list[Place]]" = field(default_factory=dict)

    @property
    def key(self) -> str:
        return keyed(self.element.id, self.turn)


def keyed(id_: str, turn: tuple[int, ...]) -> str:
    """`age`, `age.2`."""
    return ".".join([id_, *map(str, turn)]) if turn else id_


def id_of(key: str) -> str:
    """The id of the element whose value has this key."""
    return key.partition(".")[0]


def more_key(repeat: Repeat, turn: tuple[int, ...], count: int) -> str:
    """The key of the answer to "one more?" after `count` turns of a repeat that itself stands in `turn`."""
    return f"{keyed(repeat.id, turn)}.{count}.more"


class Sheet:
    """All that follows from `answers`: worked out once, when it is made. Never raises for any answers."""

    def __init__(self, form: "Form", answers: Answers, circumstances: Circumstances) -> None:
        self.form, self.answers = form, answers
        self.places: dict[str, list[Place]] = {}
        self._place_of: dict[int, Place] = {}
        self.root = self._stand(Placed(id="data"), ())
        self._circumstances = circumstances
        self.scope = Scope(
            named=self._named,
            instances=form.instances,
            now=circumstances.now,
            label=self._label,
            budget=Budget(MOST_STEPS),
        )
        self._fill(self.root, form.questions)
        for _ in range(MOST_PASSES if form.rules.stepping else 1):
            if not self._pass():
                break

    # -- what stands where -------------------------------------------------------------------------------------------

    def _stand(self, element: Placed, turn: tuple[int, ...], holder: Place | None = None) -> Place:
        node = Node(element.id)
        if holder is not None:
            holder.node.append(node)
        place = Place(element, turn, node, holder)
        self._place_of[id(place.node)] = place
        self.places.setdefault(element.id, []).append(place)
        return place

    def _fill(self, holder: Place, elements: tuple[Element, ...]) -> None:
        """Everything inside `holder` takes its place, with nothing in it yet; turns of repeats come when counted."""
        for element in elements:
            places = holder.inside[element.id] = []
            if not isinstance(element, Repeat):
                places.append(place := self._stand(element, holder.turn, holder))
                self._fill(place, element.questions)

    def holders(self, repeat: Repeat) -> list[Place]:
        """Where a repeat stands: once, or once in each turn of the repeat around it."""
        around = self.form.rules.holder[repeat.id]
        return [self.root] if around is None else self.places.get(around, [])

    # -- working out -------------------------------------------------------------------------------------------------

    def _pass(self) -> bool:
        """Work out everything once, each after what it rests on. Whether anything has changed."""
        changed = False
        for id_ in self.form.rules.order:
            element = self.form.element(id_)
            if isinstance(element, Repeat):
                for holder in self.holders(element):
                    changed |= self._count(element, holder)
            for place in self.places.get(id_, ()):
                changed |= self._settle(place)
        return changed

    def _count(self, repeat: Repeat, holder: Place) -> bool:
        """As many turns as there are to be; none is ever taken away from here: only a new sheet has fewer."""
        turns, wanted = holder.inside[repeat.id], self._wanted(repeat, holder)
        for number in range(len(turns) + 1, wanted + 1):
            turns.append(place := self._stand(repeat, (*holder.turn, number), holder))
            self._fill(place, repeat.questions)
        return False

    def _wanted(self, repeat: Repeat, holder: Place) -> int:
        if rule := self.form.rules.of[repeat.id].get("count"):
            return max(0, min(_whole(rule, holder.node, self.scope), repeat.most))
        count = repeat.least
        while count < repeat.most and self.answers.get(more_key(repeat, holder.turn, count)) == "yes":
            count += 1
        return count

    def _settle(self, place: Place) -> bool:
        rules = self.form.rules.of[place.element.id]
        when = rules.get("when")
        relevant = place.holder is None or place.holder.relevant
        relevant = relevant and (when is None or _holds(when, place.node, self.scope))
        value = self._value(place) if relevant else None
        changed = relevant != place.relevant or value != place.value
        place.relevant, place.value = relevant, value
        if changed:
            place.node.value = place.element.expressed(value)
        return changed

    def _value(self, place: Place) -> Value:
        element = place.element
        if isinstance(element, Calculated):
            rule = self.form.rules.of[element.id]["calculate"]
            return _worked_out(rule, place.node, self._chancy(rule, place))
        if isinstance(element, Hidden):
            return element.value
        if not isinstance(element, QuestionFields):
            return None
        key = place.key
        value = self.answers[key] if key in self.answers else self._default(element, place)
        if isinstance(element, OptionFields) and element.choice_filter:
            place.offered = self._offered(element, place)
            return element.among(value, place.offered)
        return value

    def _default(self, question: QuestionFields, place: Place) -> Value:
        if question.default is None:
            return None
        rule = self.form.rules.of[question.id].get("default")
        return question.from_plain(question.default if rule is None else _text(rule, place.node, self.scope))

    def _offered(self, question: OptionFields, place: Place) -> "tuple[Option, ...]":
        rule = self.form.rules.of[question.id]["choice_filter"]
        try:
            rows = rule.evaluate(place.node, self.scope)
        except Mistake:
            return ()
        if isinstance(question.offered, Drawn):
            return question.offered.among(rows if isinstance(rows, list) else ())
        kept = {id(row) for row in rows} if isinstance(rows, list) else set()
        table = self.form.option_rows(question)
        return tuple(option for option, row in zip(question.offered, table, strict=True) if id(row) in kept)

    def _chancy(self, rule: Expression, place: Place) -> Scope:
        """A scope with this value's own chance. What is said once is said as it was when the response began."""
        if not rule.functions & CHANCY:
            return self.scope
        given = self._circumstances
        now = given.begun or given.now if "once" in rule.functions else given.now
        draw = chance(f"{given.seed} {place.key}")
        return replace(self.scope, now=now, chance=draw, uuid=lambda: uuid(draw))

    def _label(self, id_: str, option: str) -> str | None:
        element = self.form.element(id_)
        if isinstance(element, OptionFields):
            label = element.label_of(option)
            return None if label is None else label.ja
        return next((o.label.ja for o in element.options() if o.name == option), None)

    def _named(self, id_: str, node: Node) -> list[Node]:
        """What ${id} names, seen from `node`: within a repeat that holds both, only the same turn."""
        places = self.places.get(id_, [])
        here = self._place_of.get(id(node))
        if here is None or not (places and places[0].turn):
            return [place.node for place in places]
        depth = self.form.rules.common_turns(here.element.id, id_)
        return [place.node for place in places if place.turn[:depth] == here.turn[:depth]]

    # -- what was worked out -----------------------------------------------------------------------------------------

    @cached_property
    def by_key(self) -> dict[str, Place]:
        """Everything that has a value, by its key."""
        return {place.key: place for places in self.places.values() for place in places}

    def required(self, place: Place) -> bool:
        """Whether this question must be answered, as things are."""
        question = place.element
        assert isinstance(question, QuestionFields)
        if isinstance(question.required, bool):
            return question.required
        return _holds(self.form.rules.of[question.id]["required"], place.node, self.scope)

    def allowed(self, place: Place) -> bool:
        """Whether the answer meets its constraint; one that is empty always does."""
        rule = self.form.rules.of[place.element.id].get("constraint")
        return rule is None or not place.node.value or _holds(rule, place.node, self.scope)

    def values(self) -> Iterator[tuple[str, Value]]:
        """(key, value) of what is calculated or hidden and matters."""
        for places in self.places.values():
            for place in places:
                if place.relevant and isinstance(place.element, Calculated | Hidden):
                    yield place.key, place.value

    def seen(self, id_: str, place: Place) -> list[Place]:
        """What ${id} names where `place` mentions it."""
        return [self._place_of[id(node)] for node in self._named(id_, place.node)]

    def matters(self, repeat: Repeat, holder: Place) -> bool:
        """Whether a repeat is asked there at all; one without any turn yet has no place that could say so."""
        when = self.form.rules.of[repeat.id].get("when")
        return holder.relevant and (when is None or _holds(when, holder.node, self.scope))


def _holds(rule: Expression, node: Node, scope: Scope) -> bool:
    """False where it cannot be worked out."""
    try:
        return rule.holds(node, scope)
    except Mistake:
        return False


def _text(rule: Expression, node: Node, scope: Scope) -> str:
    try:
        return rule.text(node, scope)
    except Mistake:
        return ""


def _worked_out(rule: Expression, node: Node, scope: Scope) -> Value:
    """As it is kept: a number where it is one, else words; None where there is nothing."""
    try:
        value = rule.evaluate(node, scope)
    except Mistake:
        return None
    if isinstance(value, float):
        return None if math.isnan(value) or math.isinf(value) else int(value) if value.is_integer() else value
    return _text(rule, node, scope) or None


def _whole(rule: Expression, node: Node, scope: Scope) -> int:
    try:
        return int(float(rule.text(node, scope)))
    except (Mistake, ValueError, OverflowError):
        return 0
