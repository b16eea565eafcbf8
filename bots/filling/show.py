"""What the person sees: every message is built, labelled, cleaned and cut to size here."""

import re
from collections.abc import Sequence

from bots.effects import About, Refuse, Say
from bots.filling import sentences as s
from bots.filling.state import Conversation, asked, done, numbered
from forms.printable import line
from forms.questions import Question
from forms.questions.base import Value
from forms.text import Text, lines, same

ECHO = 500  # characters of an answer said back alone
IN_LIST = 200  # … and in a list
TITLE = 80  # … of a question's title in a list
PAGE = 6000  # of a list: as UTF-8, encrypted and in base64, still well inside an event's 64 KiB
WHOLE = 12000  # of any message, for the same reason

# C0 and C1 but newline and tab, direction marks and overrides, line separators, lone surrogates.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_WHOLE_ROOM = re.compile("@(?=room)", re.IGNORECASE)
GAP = same("")


def clean(words: str, limit: int = WHOLE) -> str:
    """No invisible or direction-changing characters, nothing that calls the whole room, at most `limit` characters."""
    seen = _WHOLE_ROOM.sub("＠", _UNSEEN.sub("", words[: 2 * limit])).strip()
    return seen if len(seen) <= limit and len(words) <= 2 * limit else seen[: limit - 1] + "…"


def one_line(words: str, limit: int) -> str:
    return clean(line(words[: 2 * limit + 1]), limit)


def say(conversation: Conversation, *parts: Text, about: About | None = None) -> Say:
    return Say(text=_message(conversation, parts), about=about)


def refuse(conversation: Conversation, *parts: Text) -> Refuse:
    """Says why, and lets a reaction still answer the question that stands."""
    question = asked(conversation) if conversation.stage == "open" else None
    return Refuse(text=_message(conversation, parts), about=None if question is None else about(conversation, question))


def _message(conversation: Conversation, parts: Sequence[Text]) -> Text:
    head = (s.LABEL.fill(title=title_of(conversation)),) if conversation.label else ()
    text = stack(*head, *parts)
    return Text(ja=clean(text.ja), en=clean(text.en))


def stack(*parts: Text | None) -> Text:
    """One under the other, leaving out what says nothing; an empty line (`GAP`) stays."""
    return lines(*(p for p in parts if p is not None and (p is GAP or p.ja.strip() or p.en.strip())))


def title_of(conversation: Conversation) -> Text:
    title = conversation.form.title
    return Text(ja=one_line(title.ja, TITLE), en=one_line(title.en, TITLE))


def shown(question: Question, value: Value, *, limit: int = ECHO) -> Text:
    """An answer in words, as it is said back."""
    if value is None:
        return s.SKIPPED
    return Text(ja=clean(question.show(value, "ja"), limit), en=clean(question.show(value, "en"), limit))


def question_text(conversation: Conversation, question: Question) -> Text:
    """(2/5) the title, its hint, what to type and, where it is asked again, the former answer."""
    ids = [q.id for q in numbered(conversation)]
    need = s.REQUIRED if question.required else s.OPTIONAL
    head = s.QUESTION.fill(place=ids.index(question.id) + 1, total=len(ids), title=question.title, need=need)
    lead = conversation.journey.leads.get(question.id)
    return stack(lead, head, question.hint, question.prompt(), _former(conversation, question))


def _former(conversation: Conversation, question: Question) -> Text | None:
    """What was answered before, or why that cannot stay; what the form offers, where there is no answer yet."""
    if question.id not in conversation.answers:
        offered = conversation.journey.suggested(question.id)
        return None if offered is None else s.OFFERED.fill(answer=_in_list(question, offered))
    if objection := conversation.journey.objection(question.id):
        return objection
    value = conversation.answers[question.id]
    pattern = s.SO_FAR if question.wants_more(value) else s.FORMER
    return pattern.fill(answer=_in_list(question, value))


def about(conversation: Conversation, question: Question) -> About:
    """1⃣ … 9⃣ answer the question as the numbers would."""
    keys = {f"{n}\u20e3": str(n) for n, _ in enumerate(question.options()[:9], 1)} if question.taps else {}
    return About(conversation.response, question.id, keys)


def _in_list(question: Question, value: Value) -> Text:
    text = shown(question, value, limit=2 * IN_LIST)
    return Text(ja=one_line(text.ja, IN_LIST), en=one_line(text.en, IN_LIST))


def answers_text(conversation: Conversation, first: int = 1) -> Text:
    """The numbered answers from number `first` on, as many as one message holds; where the person is, is marked."""
    path, now, entries, size = numbered(conversation), asked(conversation), list[Text](), 0
    for place in range(first, len(path) + 1):
        entry = _entry(conversation, place, path[place - 1], now)
        size += max(len(entry.ja), len(entry.en))
        if entries and size > PAGE:
            return lines(*entries, s.MORE.fill(place=place))
        entries.append(entry)
    return lines(*entries) if entries else s.LIST_EMPTY


def _entry(conversation: Conversation, place: int, question: Question, now: Question | None) -> Text:
    known = question.id in conversation.answers
    answer = _in_list(question, conversation.answers[question.id]) if known else s.NOT_YET
    title = Text(ja=one_line(question.title.ja, TITLE), en=one_line(question.title.en, TITLE))
    pattern = s.ENTRY_NOW if now is not None and question.id == now.id else s.ENTRY
    return pattern.fill(place=place, title=title, answer=answer)


def example(conversation: Conversation) -> int:
    """A number that 修正 would take here: 2 as in the manual, where there are two."""
    return min(2, len(numbered(conversation)))


def receipt_in_brackets(conversation: Conversation) -> Text:
    return s.ALREADY_RECEIPT.fill(receipt=conversation.receipt) if conversation.receipt else GAP


def already_sent(conversation: Conversation) -> Text:
    if conversation.preview:
        return s.PREVIEW_SENT
    return s.ALREADY.fill(receipt=receipt_in_brackets(conversation), example=example(conversation))


def where(conversation: Conversation, *lead: Text) -> Say:
    """`lead` (what was just understood) and, in the same message, what comes next."""
    gap = (GAP,) if lead else ()
    if conversation.stage != "open":
        rest = s.PAUSED if conversation.stage == "paused" else s.STOPPED
        return say(conversation, *lead, *gap, rest)
    question = asked(conversation)
    if question is not None:
        text = question_text(conversation, question)
        return say(conversation, *lead, *gap, text, about=about(conversation, question))
    if done(conversation):
        return say(conversation, *lead, *gap, already_sent(conversation))
    return say(conversation, *lead, *gap, *_check(conversation))


def _check(conversation: Conversation) -> tuple[Text, ...]:
    head, tail = (s.CHECK, s.CHECK_TAIL) if conversation.sent is None else (s.CHECK_AGAIN, s.CHECK_TAIL_AGAIN)
    if conversation.form.privacy == "anonymous" and not conversation.preview:
        tail = s.CHECK_TAIL_FINAL
    closing = () if conversation.journey.closing is None else (conversation.journey.closing, GAP)
    asks = *closing, head, answers_text(conversation), GAP, tail.fill(example=example(conversation))
    return *asks, *removable(conversation)


def removable(conversation: Conversation) -> tuple[Text, ...]:
    """How to take a turn of a repeat out, where there is one that may go."""
    last = next((turn for turn in reversed(conversation.journey.turns) if turn.removable), None)
    return () if last is None else (s.REMOVE.fill(turn=last.label),)
