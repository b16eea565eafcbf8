"""Who hears what an editor says in their direct room while they write a form, and what is done about it."""

from dataclasses import dataclass, replace

from bots.call import Call
from bots.command import Command, Effects, Listener, listener
from bots.drafting import (
    Deed,
    Drafting,
    Draw,
    Manuscript,
    Preview,
    Publish,
    Stand,
    Write,
    advance,
    amend,
    open_,
    remembering,
)
from bots.drafting import sentences as s
from bots.drafting.show import title_of
from bots.drafting.steps import drawn
from bots.drafting.words import DRAFT, plain
from bots.due import Reminders, Summaries
from bots.effects import Effect, Refuse, Say
from bots.events import Edited, Event, Joined, Said, Sent
from bots.form_entry import enter
from bots.form_talk import CHOOSE_BY, FORMS, MUTE, fill_in, in_direct, is_over
from bots.list_words import NEW, RENEWED, WHICH_QUESTION, named, read
from bots.ports import Attachments, Forms, Manuscripts, People, PostalCodes, Publications, Responses, Rooms
from bots.ports_lists import Lists
from bots.records import Filling
from bots.roles import Role
from bots.whereabouts import Whereabouts, where_and_when
from forms.form import Form
from forms.mistake import Mistake
from forms.text import Text, lines

IN_DIRECT = Text(
    ja="個別の部屋に送りました。そちらで続けてください。", en="Sent to your direct room; please go on there."
)


def entered(call: Call, found: Manuscript, manuscripts: Manuscripts, responses: Responses) -> Effects:
    """The caller writes this one now, and is in no other conversation."""
    drafting, effects = open_(Drafting(found, found, me=call.who, lang=call.lang))
    manuscripts.keep(drafting)
    responses.focus(None)
    said = tuple(e for e in effects if isinstance(e, Say))
    return in_direct(call, IN_DIRECT, said)


def drafting_listener(publish: Command) -> Listener:
    """Everything an editor says in their direct room while they write a form. `publish` is the command of that name."""

    @listener
    def draft(
        call: Call,
        event: Event,
        manuscripts: Manuscripts,
        forms: Forms,
        publications: Publications,
        responses: Responses,
        rooms: Rooms,
        reminders: Reminders,
        summaries: Summaries,
        people: People,
        attachments: Attachments,
        codes: PostalCodes,
        lists: Lists,
    ) -> Effects | None:
        drafting = _hearing(call, event, manuscripts)
        if not isinstance(event, Said | Edited | Joined | Sent) or drafting is None:
            return None
        turn = _Turn(
            call=call,
            forms=forms,
            manuscripts=manuscripts,
            responses=responses,
            publications=publications,
            rooms=rooms,
            reminders=reminders,
            summaries=summaries,
            people=people,
            lists=lists,
            publish=publish,
        )
        if not isinstance(event, Said):
            return _arrived(call, responses) if isinstance(event, Joined) else turn.touched(drafting, event)
        if plain(event.text) in DRAFT:
            return entered(call, drafting.manuscript, manuscripts, responses)
        if _of_forms(event, responses):
            return None
        if _filling(call, responses):
            said = fill_in.handler(call, event, publications, responses, people, attachments, codes) or ()
            return (*said, *(() if _filling(call, responses) else (Say(text=_back(drafting)),)))
        return turn.said(drafting, event)

    return draft


def _hearing(call: Call, event: Event, manuscripts: Manuscripts) -> Drafting | None:
    """The caller's drafting, where what they say may belong to it; 「下書き」 goes back to one that was left."""
    if not call.direct or call.role < Role.EDITOR:
        return None
    drafting = manuscripts.mine()
    again = isinstance(event, Said) and plain(event.text) in DRAFT
    return drafting if drafting is not None and (drafting.stage == "open" or again) else None


def _back(drafting: Drafting) -> Text:
    return s.BACK.fill(title=title_of(drafting.manuscript.title))


def _of_forms(event: Said, responses: Responses) -> bool:
    """Words about forms to be answered: a reply to a question, or one of the words that choose among them."""
    word = plain(event.text)
    if word in FORMS | MUTE or CHOOSE_BY.fullmatch(word):
        return True
    return event.replies_to is not None and responses.about(event.replies_to) is not None


def _filling(call: Call, responses: Responses) -> Filling | None:
    """The form that the caller went to answer (or try) from within their drafting, while it is not done."""
    chosen = responses.current()
    found = next((f for f in responses.mine() if f.id == chosen), None) if chosen else None
    if found is None or (found.conversation.preview and found.conversation.sent is not None):
        return None
    return None if found.conversation.stage == "stopped" or _over(call, found) else found


def _over(call: Call, filling: Filling) -> bool:
    """A preview that is not done is not over here, though another form may begin."""
    return not filling.conversation.preview and is_over(call, filling)


def _arrived(call: Call, responses: Responses) -> Effects:
    """Another form has come: it waits while the caller writes."""
    waiting = responses.waiting()
    if not waiting:
        return ()
    begun = [f for f in responses.mine() if f.publication.is_open(call.at) and not f.conversation.preview]
    said = s.ARRIVED.fill(title=title_of(waiting[-1].form.title), number=len(begun) + len(waiting))
    return (Say(text=said, calls=(call.who,)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One turn of the conversation, with what it may need of the world."""

    call: Call
    forms: Forms
    manuscripts: Manuscripts
    responses: Responses
    publications: Publications
    rooms: Rooms
    reminders: Reminders
    summaries: Summaries
    people: People
    lists: Lists
    publish: Command

    def said(self, drafting: Drafting, event: Said) -> Effects:
        then, effects = advance(drafting, event.text, today=self.call.today)
        after, done = self._carried_out(drafting, then, effects)
        self.manuscripts.keep(remembering(after, event.id, drafting))
        if after.lang != drafting.lang:
            self.people.speak(after.lang)
        return done

    def amended(self, drafting: Drafting, event: Edited) -> Effects | None:
        if event.target not in drafting.sources:
            return None
        then, effects = amend(drafting, event.target, event.text, today=self.call.today)
        after, done = self._carried_out(drafting, then, effects)
        self.manuscripts.keep(after)
        return done

    def _carried_out(
        self, drafting: Drafting, then: Drafting, effects: tuple[Effect | Deed, ...]
    ) -> tuple[Drafting, Effects]:
        before = drafting.manuscript
        done: list[Effect] = []
        for effect in effects:
            match effect:
                case Write():
                    then = _shown(then, self.manuscripts.write(before, effect))
                case Stand():
                    then = _shown(then, self.manuscripts.stand(before, effect.step))
                case Preview():
                    done += self._preview(before)
                case Draw():
                    then, drawn_ = self._draw(then, effect)
                    done += drawn_
                case Publish():
                    then, published = self._put(then, effect)
                    done += published
                case _:
                    done.append(effect)
        return then, tuple(done)

    def touched(self, drafting: Drafting, event: Edited | Sent) -> Effects | None:
        if isinstance(event, Edited):
            return self.amended(drafting, event)
        is_list = event.name.casefold().endswith(".csv") and not event.caption.lstrip().startswith(("!", "！"))
        return self._sent(drafting, event) if is_list and _filling(self.call, self.responses) is None else None

    def _sent(self, drafting: Drafting, event: Sent) -> Effects:
        """A CSV file: a list for the question that was touched last, or that options are waited for."""
        waiting = drafting.waiting if drafting.waiting.get("for") == "options" else {}
        name = named(event.name)
        kept = self.lists.keep(name, read(self.lists, event.content, name))
        head = (NEW if kept.number == 1 else RENEWED).fill(name=kept.name, version=kept.number)
        wanted = Draw(waiting.get("id", "" if waiting else drafting.focus), kept.name, waiting.get("title", ""))
        if not (wanted.question or wanted.title):
            return (Say(text=lines(head, WHICH_QUESTION.fill(name=kept.name))),)
        then, done = self._draw(replace(drafting, waiting={}), wanted)
        self.manuscripts.keep(then)
        return done if kept.number == 1 else (Say(text=head), *done)

    def _draw(self, drafting: Drafting, wanted: Draw) -> tuple[Drafting, Effects]:
        try:
            filed = self.lists.find(wanted.name).filed
            then, effects = drawn(drafting, wanted, filed)
        except Mistake as mistake:
            return drafting, (Refuse(text=mistake.text),)
        return self._carried_out(drafting, then, effects)

    def _preview(self, now: Manuscript) -> Effects:
        form = _whole(now)
        return enter(self.call, self.responses, self.responses.preview(self.forms.rehearse(form, now.step)))

    def _put(self, drafting: Drafting, asked: Publish) -> tuple[Drafting, Effects]:
        """What is wrong with the room or the deadline is said, and they are asked for again."""
        form = _whole(drafting.manuscript)
        try:
            found = _whereabouts(asked, self.call)
            if found.room is not None:
                self.rooms.find(found.room)
        except Mistake as mistake:
            again = {"for": "publish", "lacks": asked.lacks, "known": asked.known}
            return replace(drafting, waiting=again), (Refuse(text=mistake.text),)
        if lack := self._lacking(found, form):
            known = asked.known or asked.words
            waiting = {"for": "publish", "lacks": lack, "known": known} if known else {"for": "publish"}
            return replace(drafting, waiting=waiting), (Say(text=_LACKING[lack] if known else s.PUBLISH_HOW),)
        return self._published(drafting, form, found)

    def _lacking(self, found: Whereabouts, form: Form) -> str:
        """What must still be said; a form that takes answers already stays where it is."""
        if self.publications.current(form.name) is not None:
            return ""
        if found.room is None and not (form.audience and form.audience.rooms):
            return "room"
        return "" if found.by or found.endless or form.closes else "when"

    def _published(self, drafting: Drafting, form: Form, found: Whereabouts) -> tuple[Drafting, Effects]:
        version = self.forms.save(form)
        self.manuscripts.saved(drafting.manuscript, version)
        ports = (self.forms, self.publications, self.responses, self.rooms, self.reminders, self.summaries, self.lists)
        try:
            effects = self.publish.handler(
                self.call, *ports, form.name, to=found.room, by=found.by, remind=found.remind
            )
        except Mistake as mistake:
            waiting = {} if self.publications.current(form.name) else {"for": "publish"}
            return replace(drafting, waiting=waiting), (Refuse(text=mistake.text),)
        return replace(drafting, stage="away"), effects


_LACKING = {"room": s.PUBLISH_ROOM, "when": s.PUBLISH_WHEN}


def _whereabouts(asked: Publish, call: Call) -> Whereabouts:
    """With what was said before: the answer to “which room?” is a room, that to “until when?” a moment."""
    if not asked.lacks:
        return where_and_when(asked.words, call)
    known = where_and_when(asked.known, call)
    if asked.lacks == "room":
        return replace(known, room=asked.words.strip("「」『』 "))
    found = where_and_when(asked.words, call)
    return replace(known, by=found.by, endless=found.endless, remind=found.remind or known.remind)


def _shown(drafting: Drafting, now: Manuscript) -> Drafting:
    return replace(drafting, manuscript=now, seen=now)


def _whole(manuscript: Manuscript) -> Form:
    form = manuscript.form
    if form is None:
        raise Mistake(s.NO_QUESTIONS)
    return form
