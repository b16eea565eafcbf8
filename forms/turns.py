"""The turns of repeats that people have made: what each is called, and how one is taken out again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from forms.questions import Repeat
from forms.sheet import Place, Sheet
from forms.text import Text

TURN = Text(ja="{title} {n}", en="{title} {n}")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a repeat as it stands in a response: `numbers` of the repeats around it and its own, of `count`."""

    repeat: Repeat
    numbers: tuple[int, ...]
    count: int
    label: Text

    @property
    def removable(self) -> bool:
        """Whether the form can do with one less."""
        return self.count > self.repeat.least


def is_more(key: str) -> bool:
    """Whether this is the key of the answer to "one more?"."""
    return key.endswith(".more")


def turns_in(sheet: Sheet) -> Iterator[Turn]:
    """Every turn that people were asked whether they want it; where an expression counts, nobody was."""
    for repeat in sheet.form.walk():
        if not isinstance(repeat, Repeat) or "count" in sheet.form.rules.of[repeat.id]:
            continue
        for holder in sheet.holders(repeat):
            places = holder.inside.get(repeat.id, ()) if sheet.matters(repeat, holder) else ()
            for place in places:
                yield Turn(repeat, place.turn, len(places), label_of(place) or repeat.title)


def label_of(place: Place) -> Text | None:
    """「世帯 1・お子さん 2」: in which turns something stands; None where nothing repeats."""
    labels: list[Text] = []
    here: Place | None = place
    while here is not None:
        if isinstance(here.element, Repeat):
            labels.insert(0, TURN.fill(title=here.element.title, n=here.turn[-1]))
        here = here.holder
    return Text(ja="・".join(one.ja for one in labels), en=", ".join(one.en for one in labels)) if labels else None


def without(turn: Turn) -> Callable[[str], str | None]:
    """Where each answer's key goes when this turn is taken out: None for what goes with it; those after it move up."""
    return partial(_moved, turn=turn, inside=frozenset(_ids(turn.repeat)))


def _ids(holder: Repeat) -> Iterator[str]:
    for element in holder.questions:
        yield element.id
        yield from _ids(element)


def _moved(key: str, *, turn: Turn, inside: frozenset[str]) -> str | None:
    id_, *rest = key.split(".")
    depth, own = len(turn.numbers) - 1, turn.numbers[-1]
    numbers = [int(part) for part in rest if part.isdecimal()]
    asks = id_ == turn.repeat.id and is_more(key)
    if not (asks or id_ in inside) or len(numbers) <= depth or tuple(numbers[:depth]) != turn.numbers[:-1]:
        return key
    # "one more?" is asked after a turn: the one after the turn before goes, and that after this one takes its place
    number, gone = numbers[depth], own - 1 if asks else own
    if number == gone or number > turn.count:
        return None
    return key if number < gone else ".".join([id_, *rest[:depth], str(number - 1), *rest[depth + 1 :]])
