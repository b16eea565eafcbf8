"""Conditions as people say them: 「質問2が『はい』で、質問4が3以上のとき」, “only if 2 is yes”. Read, or asked back."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from forms.form import Form
from forms.mistake import Mistake
from forms.questions import Question
from forms.questions.base import Value
from forms.reading.consent import read_yes
from forms.reading.numbers import read_number
from forms.reading.words import folded, quote
from forms.text import Text
from forms.writing.condition import MOST_PARTS, Compared, Condition, Joined, Sign, parsed
from forms.writing.condition_words import (
    AND,
    EMPTY,
    END,
    FILLED,
    HELD,
    LEAD,
    MARK,
    OR,
    REFERENCE,
    SAME,
    SHAPES,
    SPLIT_VALUES,
)

LONGEST = 1000
EXAMPLE = Text(
    ja="「質問2が『はい』のとき」「質問4が3以上のとき」のように書いてください。",
    en="Write it as in “if 2 is yes” or “if question 4 is at least 3”.",
)
UNREAD = Text(
    ja="条件「{said}」は読み取れませんでした。{example}", en="I could not read the condition “{said}”. {example}"
)
NO_QUESTION = Text(
    ja="どの質問の答えで決めるのかが分かりません。{example}",
    en="It does not say which question's answer decides. {example}",
)
NO_SUCH = Text(ja="質問{n}はありません（いまは{count}問です）。", en="There is no question {n} (there are {count}).")
ITSELF = Text(ja="質問{n}の条件に、質問{n}自身の答えは使えません。", en="Question {n} cannot depend on its own answer.")
LATER = Text(
    ja="質問{other}は質問{n}より後にあるので、条件に使えません。先に「{other}を{n}へ移動」で順番を入れ替えてください。",
    en="Question {other} comes after question {n}. Change the order first: “move {other} to {n}”.",
)
MIXED = Text(
    ja="「かつ」と「または」が混ざっていて、どちらにもとれます。どちらか一方だけで書いてください。",
    en="“And” and “or” are mixed, which may mean two things. Please use only one of them.",
)
NO_ORDER = Text(
    ja="質問{n}の答えは数や日付ではないので、「以上」「以下」では比べられません。『 』で言葉を書いてください。",
    en="Question {n} is not answered with a number or a day, so it cannot be at least or at most anything.",
)
NO_VALUE = Text(
    ja="質問{n}の答えに「{said}」はありません。答えは {options} のどれかです。",
    en="“{said}” is no answer to question {n}. Answers are: {options}.",
)
TOO_MANY = Text(ja="条件が多すぎます。20個までにしてください。", en="That is too many conditions; keep to 20.")
_NUMBERS = frozenset({"integer", "number", "money", "percentage"})
_DAYS = frozenset({"date", "datetime", "time", "month"})


def read_condition(said: str, form: Form, question: Question | None, *, today: date) -> Condition:
    """When `question` matters (None: a whole response), as `said`. Raises Mistake: what is unclear, how to write it."""
    if len(said) > LONGEST:
        raise _unread(said)
    written = parsed(said)
    if written is not None:
        _check(written, form, question)
        return written
    return _Sentence(said, form, question, today).read()


def _check(condition: Condition, form: Form, question: Question | None) -> None:
    for one in _each(condition):
        if one.question not in {q.id for q in form.asked}:
            raise _unread(one.question)
        _earlier(form, question, one.question)


def _each(condition: Condition) -> Iterator[Compared]:
    if isinstance(condition, Compared):
        yield condition
        return
    for part in condition.parts:
        yield from _each(part)


def _earlier(form: Form, question: Question | None, other: str) -> None:
    """Only what was asked before can decide."""
    if question is None:
        return
    ids = [q.id for q in form.asked]
    here, there = ids.index(question.id) + 1, ids.index(other) + 1
    if here == there:
        raise Mistake(ITSELF.fill(n=here))
    if there > here:
        raise Mistake(LATER.fill(n=here, other=there))


def _unread(said: str) -> Mistake:
    return Mistake(UNREAD.fill(said=quote(said), example=EXAMPLE))


class _Sentence:
    """One sentence; `held` is what stood in quotation marks, in order."""

    def __init__(self, said: str, form: Form, question: Question | None, today: date) -> None:
        self._said, self._form, self._question, self._today = said, form, question, today
        self._held: list[str] = []
        bare = HELD.sub(self._hold, said.replace(MARK, ""))
        self._words = " ".join(unicodedata.normalize("NFKC", bare).casefold().split()).rstrip("。.!").strip()

    def _hold(self, match: re.Match[str]) -> str:
        self._held.append(next(group for group in match.groups() if group is not None))
        return f"{MARK}{len(self._held) - 1};"

    def read(self) -> Condition:
        found = list(REFERENCE.finditer(self._words))
        if not found:
            raise Mistake(NO_QUESTION.fill(example=EXAMPLE))
        if not LEAD.match(self._words[: found[0].start()]):
            raise _unread(self._said)
        parts, links = list[Condition](), set[str]()
        for match, after in zip(found, [*found[1:], None], strict=True):
            rest = self._words[match.end() : after.start() if after else None]
            if after is not None:
                rest, link = _linked(rest)
                links.add(link)
            parts.append(self._clause(match, rest))
        if len(links) > 1:
            raise Mistake(MIXED)
        if len(parts) > MOST_PARTS:
            raise Mistake(TOO_MANY)
        if len(parts) == 1:
            return parts[0]
        return Joined("or" if "or" in links else "and", tuple(parts))

    def _clause(self, match: re.Match[str], rest: str) -> Condition:
        asked = self._referred(match)
        _earlier(self._form, self._question, asked.id)
        rest = re.sub(r"^\s*(?:の(?:回答|答え))?\s*(?:が|は|に|で|を|の)?\s*", "", rest)
        rest = END.sub("", rest).strip(" 、,")
        pieces = SAME.split(rest)
        if len(pieces) > 1 and all(map(_is_order, pieces)):
            return Joined("and", tuple(self._predicate(asked, piece.strip()) for piece in pieces))
        return self._predicate(asked, rest)

    def _referred(self, match: re.Match[str]) -> Question:
        asked = self._form.asked
        if match["before"]:
            if self._question is None:
                raise Mistake(NO_QUESTION.fill(example=EXAMPLE))
            place = [q.id for q in asked].index(self._question.id)
            if place == 0:
                raise Mistake(NO_SUCH.fill(n=0, count=len(asked)))
            return asked[place - 1]
        if match["held"]:
            return self._titled(self._value_words(match["held"].strip()))
        number = int(match["number"] or match["bare"])
        if not 1 <= number <= len(asked):
            raise Mistake(NO_SUCH.fill(n=number, count=len(asked)))
        return asked[number - 1]

    def _titled(self, title: str) -> Question:
        wanted = folded(title)
        titles = [(q, (folded(q.title.ja), folded(q.title.en))) for q in self._form.asked]
        found = [q for q, both in titles if wanted in both] or [
            q for q, both in titles if wanted and any(wanted in one for one in both)
        ]
        if len(found) != 1:
            raise Mistake(NO_QUESTION.fill(example=EXAMPLE))
        return found[0]

    def _predicate(self, asked: Question, rest: str) -> Condition:
        if not rest:
            raise _unread(self._said)
        if EMPTY.fullmatch(rest):
            return Compared(asked.id, "=", "")
        if FILLED.fullmatch(rest):
            return Compared(asked.id, "!=", "")
        sign, words = next((sign, m["v"]) for sign, shape in SHAPES if (m := shape.fullmatch(rest)))
        values = self._values(asked, words)
        parts = tuple(self._compared(asked, sign, value) for value in values)
        if len(parts) == 1:
            return parts[0]
        return Joined("and" if sign in ("!=", "lacks") else "or", parts)

    def _values(self, asked: Question, words: str) -> list[str]:
        """One value, or several with か or “or” between them."""
        whole = self._value_words(words)
        if asked.options() and not words.startswith(MARK) and self._fits(asked, whole):
            return [whole]
        return [self._value_words(piece) for piece in SPLIT_VALUES.split(words) if piece.strip()] or [whole]

    def _fits(self, asked: Question, words: str) -> bool:
        try:
            self._read(asked, words)
        except Mistake:
            return False
        return True

    def _value_words(self, words: str) -> str:
        return re.sub(rf"{MARK}([0-9]+);", lambda m: self._held[int(m[1])], words).strip()

    def _compared(self, asked: Question, sign: Sign, words: str) -> Compared:
        if sign in (">=", "<=", ">", "<") and asked.kind not in _NUMBERS | _DAYS:
            raise Mistake(NO_ORDER.fill(n=self._number(asked)))
        value = self._read(asked, words)
        several = asked.kind == "choices"
        if several:
            sign = "lacks" if sign in ("!=", "lacks") else "has"
        elif sign in ("has", "lacks"):
            sign = "=" if sign == "has" else "!="
        return Compared(asked.id, sign, value, bare=asked.kind in _NUMBERS)

    def _read(self, asked: Question, words: str) -> str:
        try:
            return self._plain(asked, words)
        except Mistake:
            options = "、".join(f"「{o.label.ja}」" for o in asked.options()[:8])
            english = ", ".join(f"“{o.label.en}”" for o in asked.options()[:8])
            if not options:
                raise
            raise Mistake(
                NO_VALUE.fill(n=self._number(asked), said=quote(words), options=Text(ja=options, en=english))
            ) from None

    def _plain(self, asked: Question, words: str) -> str:
        if asked.kind in _NUMBERS:
            exact = read_number(words).value
            return str(int(exact)) if exact == exact.to_integral_value() else str(exact)
        if asked.kind == "yesno":
            return "yes" if read_yes(words) else "no"
        if asked.kind == "text":
            return words
        value: Value = asked.read(words, self._today)
        return value[0] if isinstance(value, list) and len(value) == 1 else asked.plain(value)

    def _number(self, asked: Question) -> int:
        return [q.id for q in self._form.asked].index(asked.id) + 1


def _linked(rest: str) -> tuple[str, str]:
    """What is said before another question is named, without the word that joins them; and that word."""
    if match := OR.search(rest):
        return rest[: match.start()], "or"
    return AND.sub("", rest), "and"


def _is_order(piece: str) -> bool:
    return any(sign in (">=", "<=", ">", "<") and shape.fullmatch(piece.strip()) for sign, shape in SHAPES)
