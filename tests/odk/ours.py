"""What our engine says of every node of a response, in the fields and the spelling of ODK's."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from forms.form import Form
from forms.questions import Answers, Group, Note, Repeat, YesNo
from forms.questions.base import Placed, QuestionFields
from forms.questions.choice import OptionFields
from forms.questions.other import OTHER, in_other_words, names_of
from forms.questions.time import Time
from forms.sheet import Circumstances, Place, Sheet, id_of, keyed

NOW = datetime(2026, 4, 1, 9, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
"""Both sides believe that it is this moment."""

Fields = dict[str, Any]
State = dict[str, Fields]
"""Key → what is said of it."""

Turns = dict[tuple[str, tuple[int, ...]], int]
"""(id of a repeat, turn it stands in) → how many turns of it people have added."""


def sheet_of(form: Form, answers: Answers) -> Sheet:
    return Sheet(form, answers, Circumstances(now=NOW, begun=NOW, seed="odk"))


def state_of(sheet: Sheet, known: frozenset[str]) -> State:
    """Of the elements in `known`: what the other side has too."""
    found = {place.key: fields_of(sheet, place) for place in _standing(sheet) if place.element.id in known}
    for repeat in (one for one in sheet.form.walk() if isinstance(one, Repeat) and one.id in known):
        for holder in sheet.holders(repeat):
            turns = len(holder.inside[repeat.id])
            found[keyed(repeat.id, holder.turn)] = {"turns": turns}
    return found | {key: said for key, said in _other_words(sheet) if id_of(key) in known}


def other_key(place: Place) -> str:
    """What or_other asks is a question of its own in an XForm."""
    return keyed(f"{place.element.id}_other", place.turn)


def _other_words(sheet: Sheet) -> Iterator[tuple[str, Fields]]:
    for place in _standing(sheet):
        if getattr(place.element, "other", False):
            asked = place.relevant and OTHER in names_of(place.value)
            yield other_key(place), {"relevant": asked, "value": in_other_words(place.value)}


def _standing(sheet: Sheet) -> Iterator[Place]:
    for places in sheet.places.values():
        yield from (place for place in places if place.holder is not None)


def fields_of(sheet: Sheet, place: Place) -> Fields:
    element = place.element
    fields: Fields = {"relevant": place.relevant}
    if isinstance(element, Group | Repeat | Note):
        return fields
    fields["value"] = spelt(element, str(place.node.value))
    if isinstance(element, QuestionFields):
        fields["required"] = sheet.required(place)
        fields["violated"] = place.relevant and not sheet.allowed(place)
    if isinstance(element, OptionFields) and (place.relevant or not element.choice_filter):
        offered = element.offered if place.offered is None else place.offered
        fields["options"] = [option.name for option in (*offered, *element.extras())]
    return fields


def spelt(element: Placed, words: str) -> str:
    """As an XForm writes it: who acknowledges says OK there and yes here; a time has seconds and its offset."""
    match element:
        case YesNo():
            return "OK" if words == "yes" else words
        case Time():
            return f"{words}:00.000+09:00" if words else ""
        case _:
            return words
