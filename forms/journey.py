"""Which questions matter and which is next: functions of the form and the answers, never a stored position.

A question comes as it is to be asked: its id is the key of its answer, answers stand in its title, options that are
not offered are left out, and `required` is known.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from forms.form import Form
from forms.piping import piped
from forms.questions import (
    Answers,
    Calculated,
    Choosing,
    Element,
    Group,
    Hidden,
    Matrix,
    Note,
    Question,
    Repeat,
    Value,
    YesNo,
)
from forms.sheet import Circumstances, Place, Sheet, more_key
from forms.text import Lang, Text, lines, same
from forms.turns import TURN, Turn, label_of, turns_in

__all__ = ["Circumstances", "Journey", "next_question", "path", "relevant_answers"]

_MORE = YesNo(kind="yesno", id="more", title=same("?"))
_ANOTHER = Text(ja="「{title}」をもう一つ追加しますか（いま{n}件）", en="Add another “{title}”? ({n} so far)")
_ANY = Text(ja="「{title}」はありますか", en="Is there any “{title}”?")
_IN_TURN = Text(ja="{turn}：{title}", en="{turn}: {title}")
_HEADING = Text(ja="■ {title}", en="■ {title}")
_NOT_OFFERED = Text(
    ja="前の回答「{answer}」は、いまは選べません。選び直してください。",
    en="The former answer “{answer}” can no longer be chosen. Please choose again.",
)
_NOT_ALLOWED = Text(
    ja="この回答は条件に合いません。確かめて、入力し直してください。",
    en="This answer does not meet the conditions. Please check it and type it anew.",
)
_JAPAN = ZoneInfo("Asia/Tokyo")


class Journey:
    """One response on its way through a form.

    `asked`: the questions that matter, in order. `leads`: headings and notes above them, by key. `closing`: notes after
    the last one. `given`: the answers that count, by key, None where a question was skipped: what is sent.
    """

    def __init__(self, form: Form, answers: Answers, circumstances: Circumstances | None = None) -> None:
        self.form, self.answers = form, answers
        self._circumstances = circumstances or Circumstances()
        self.leads: dict[str, Text] = {}
        self.closing: Text | None = None

    @cached_property
    def _sheet(self) -> Sheet | None:
        """None for a form in which nothing depends on anything: nothing is to be worked out."""
        return None if self.form.plain else Sheet(self.form, self.answers, self._circumstances)

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        if self._sheet is None:
            return self.form.asked
        walk = _Walk(self._sheet)
        found = tuple(walk.through(self._sheet.root, self.form.questions))
        self.leads, self.closing = walk.leads, lines(*walk.ahead) if walk.ahead else None
        return found

    @cached_property
    def given(self) -> dict[str, Value]:
        return {q.id: self._value(q.id) for q in self.asked if q.id in self.answers}

    @cached_property
    def counted(self) -> dict[str, Value]:
        """What is given, and what is calculated from it or hidden in the form."""
        return self.given if self._sheet is None else {**self.given, **dict(self._sheet.values())}

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of repeats that people have made."""
        return () if self._sheet is None else tuple(turns_in(self._sheet))

    def next(self, reopened: Collection[str] = frozenset()) -> Question | None:
        """The first that has no answer, is to be asked again, or whose answer no longer fits; None when all is done."""
        return next((q for q in self.asked if q.id in reopened or self.open(q.id)), None)

    def open(self, key: str) -> bool:
        """Whether an answer is still needed there."""
        return key not in self.answers or self.objection(key) is not None

    def objection(self, key: str) -> Text | None:
        """Why the answer with this key cannot stay, though it was read; None where it can."""
        place = self._place(key)
        if place is None or key not in self.answers:
            return None
        if self.answers[key] and place.value != self.answers[key] and isinstance(place.element, Choosing):
            return _NOT_OFFERED.fill(answer=_by_lang(place.element, self.answers[key]))
        assert self._sheet is not None
        if self._sheet.allowed(place):
            return None
        message = getattr(place.element, "constraint_message", None) or _NOT_ALLOWED
        return piped(message, _Shown(self._sheet, place))

    def suggested(self, key: str) -> Value:
        """What the form offers as the answer, where there is none yet."""
        place = self._place(key)
        return None if place is None or key in self.answers else place.value

    def _value(self, key: str) -> Value:
        place = self._place(key)
        return self.answers[key] if place is None else place.value

    def _place(self, key: str) -> Place | None:
        return None if self._sheet is None else self._sheet.by_key.get(key)


class _Walk:
    """Goes through a sheet in the order of the form; what stands `ahead` of a question is kept as its lead."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.leads: dict[str, Text] = {}
        self.ahead: list[Text] = []

    def through(self, holder: Place, elements: tuple[Element, ...]) -> Iterator[Question]:
        for element in elements:
            places = [place for place in holder.inside.get(element.id, ()) if place.relevant]
            if isinstance(element, Repeat):
                if self._matters(element, holder):
                    yield from self._turns(element, holder, places)
                continue
            for place in places:
                yield from self._at(element, place)

    def _at(self, element: Element, place: Place) -> Iterator[Question]:
        match element:
            case Note():
                self.ahead.append(self._piped(element.title, place))
            case Group():
                yield from self._under(element.title, place, place)
            case Matrix():
                yield from self.through(place, element.questions)
            case Calculated() | Hidden() | Repeat():
                return
            case _:
                yield self._lead(self._as_asked(element, place))

    def _under(self, title: Text | None, place: Place, holder: Place) -> Iterator[Question]:
        """What is inside, below its heading; a heading with nothing below it is not shown."""
        if title is None:
            yield from self.through(holder, holder.element.questions)
            return
        self.ahead.append(heading := _HEADING.fill(title=self._piped(title, place)))
        yield from self.through(holder, holder.element.questions)
        if self.ahead and self.ahead[-1] is heading:
            self.ahead.pop()

    def _matters(self, repeat: Repeat, holder: Place) -> bool:
        """Whether a repeat is asked at all; one without any turn yet has no place that could say so."""
        return self._sheet.matters(repeat, holder)

    def _turns(self, repeat: Repeat, holder: Place, places: list[Place]) -> Iterator[Question]:
        asks = "count" not in self._sheet.form.rules.of[repeat.id]
        if asks and not repeat.least:
            yield self._lead(self._more(repeat, holder, 0))
        for number, place in enumerate(places, 1):
            yield from self._under(TURN.fill(title=repeat.title, n=number), place, place)
            if asks and max(repeat.least, 1) <= number < repeat.most:
                yield self._lead(self._more(repeat, holder, number))

    def _more(self, repeat: Repeat, holder: Place, count: int) -> Question:
        words = (repeat.another or _ANOTHER) if count else (repeat.whether or _ANY)
        title = _within(_counted(words, repeat, count), holder)
        return _MORE.model_copy(update={"id": more_key(repeat, holder.turn, count), "title": title})

    def _lead(self, question: Question) -> Question:
        if self.ahead:
            self.leads[question.id] = lines(*self.ahead)
            self.ahead = []
        return question

    def _piped(self, text: Text, place: Place) -> Text:
        return piped(text, _Shown(self._sheet, place))

    def _as_asked(self, question: Question, place: Place) -> Question:
        """The question as it is to be asked here; itself where nothing differs."""
        changes: dict[str, object] = {"id": place.key} if place.turn else {}
        title = _within(self._piped(question.title, place), place)
        hint = None if question.hint is None else self._piped(question.hint, place)
        if title is not question.title:
            changes["title"] = title
        if hint is not question.hint:
            changes["hint"] = hint
        if (required := self._sheet.required(place)) is not question.required:
            changes["required"] = required
        if place.offered is not None:
            changes["offered"] = place.offered
        return question.changed(changes) if changes else question


class _Shown:
    """How the answer to a question reads where `place` mentions it."""

    def __init__(self, sheet: Sheet, place: Place) -> None:
        self._sheet, self._place = sheet, place

    def __call__(self, id_: str, lang: Lang) -> str:
        places = self._sheet.seen(id_, self._place)
        return "、".join(_shown(place, lang) for place in places if place.value is not None)


def _shown(place: Place, lang: Lang) -> str:
    show = getattr(place.element, "show", None)
    return str(show(place.value, lang)) if show else ""


def _by_lang(question: Choosing, value: Value) -> Text:
    return Text(ja=question.show(value, "ja"), en=question.show(value, "en"))


def _within(title: Text, place: Place) -> Text:
    """「お子さん 2：お名前」: in lists too it must be seen whose answer it is."""
    turn = label_of(place)
    return title if turn is None else _IN_TURN.fill(turn=turn, title=title)


def _counted(words: Text, repeat: Repeat, count: int) -> Text:
    """People's own words may hold any braces: only these two are filled in."""
    return Text(
        ja=words.ja.replace("{title}", repeat.title.ja).replace("{n}", str(count)),
        en=words.en.replace("{title}", repeat.title.en).replace("{n}", str(count)),
    )


def at(today: date | None) -> Circumstances:
    """Noon of a day, where only the day is known."""
    return Circumstances(now=datetime.combine(today, time(12), _JAPAN)) if today else Circumstances()


def path(form: Form, answers: Answers, *, today: date | None = None) -> tuple[Question, ...]:
    """The questions that matter, in order. The answer to one that does not counts as empty for all others."""
    return Journey(form, answers, at(today)).asked


def next_question(
    form: Form, answers: Answers, reopened: Collection[str] = frozenset(), *, today: date | None = None
) -> Question | None:
    """The first question that matters and has no answer, or is to be asked again; None when all is answered."""
    return Journey(form, answers, at(today)).next(reopened)


def relevant_answers(form: Form, answers: Answers, *, today: date | None = None) -> dict[str, Value]:
    """The answers that count, in the order of the form: what is sent. Skipped questions are in it as None."""
    return Journey(form, answers, at(today)).given
