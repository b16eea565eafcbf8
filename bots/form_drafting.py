"""Writing a form in the caller's direct room: the commands that begin it, and who hears what is said then."""

from dataclasses import replace

from bots.arguments import FormName, Title, Version
from bots.call import Call
from bots.command import Command, Effects, Listener, command, listener
from bots.drafting import Drafting, Manuscript, Preview, Publish, Stand, Write, advance, open_
from bots.drafting import sentences as s
from bots.drafting.show import title_of
from bots.drafting.state import document_of, written
from bots.drafting.words import DRAFT, plain
from bots.effects import Effect, Refuse, Say
from bots.events import Event, Joined, Said
from bots.form_talk import CHOOSE_BY, FORMS, MUTE, enter, fill_in, is_over, to_person
from bots.ports import Forms, Manuscripts, People, Publications, Reminders, Responses, Rooms, Summaries
from bots.records import Draft, Filling
from bots.roles import Role
from bots.whereabouts import Whereabouts, where_and_when
from forms.form import Form
from forms.mistake import Mistake
from forms.reading.words import clean, is_blank
from forms.text import Text, lines
from forms.writing.difference import differences
from forms.writing.naming import name_of

LONGEST_TITLE = 200
IN_DIRECT = Text(
    ja="個別の部屋に送りました。そちらで続けてください。", en="Sent to your direct room; please go on there."
)
NAMELESS = Text(
    ja="題名は、文字の入った{most}文字以内の言葉にしてください。例: !form new 避難所の状況",
    en="Please give a title in letters, at most {most} characters. E.g. !form new Shelters",
)
SAME = Text(
    ja="「{name}」の第{older}版と第{newer}版に、違いはありません。",
    en="Versions {older} and {newer} of “{name}” do not differ.",
)
ONLY_ONE = Text(ja="「{name}」には、まだ第1版しかありません。", en="“{name}” has only one version so far.")
CHANGED = Text(
    ja="「{name}」第{older}版から第{newer}版への変更", en="“{name}”, changes from version {older} to {newer}"
)
ROW = Text(ja="・{what}", en="- {what}")


@command(
    "new",
    "新規",
    needs=Role.EDITOR,
    about=Text(ja="話しながらフォームを作る", en="write a form by talking"),
    more=Text(
        ja="例: !form new 避難所の状況。今あるフォームをもとにするときは !form new 11月の健康観察 from kenko",
        en="E.g. !form new Shelters, or from a form that there is: !form new November health from health",
    ),
)
def new(
    call: Call,
    forms: Forms,
    manuscripts: Manuscripts,
    responses: Responses,
    title: Title,
    *,
    from_: FormName | None = None,
) -> Effects:
    name, words = _named(title)
    source = {"questions": []} if from_ is None else _source(forms, from_)
    document = written({**source, "name": name, "title": words})
    return _entered(call, manuscripts.begin(Manuscript(name, document), s.DID_BEGIN), manuscripts, responses)


def _named(title: str) -> tuple[str, str]:
    words = " ".join(clean(title[:4000]).strip("「」『』").split())
    name = name_of(words)
    if not name or is_blank(words) or len(words) > LONGEST_TITLE:
        raise Mistake(NAMELESS.fill(most=LONGEST_TITLE))
    return name, words


def _source(forms: Forms, name: str) -> dict[str, object]:
    """What a form is begun from. A library of forms to begin from would be looked in here too."""
    return Manuscript(name, document_of(forms.get(name).form)).fields


@command(
    "edit",
    "編集",
    needs=Role.EDITOR,
    about=Text(ja="フォームを話しながら直す", en="change a form by talking"),
)
def edit(call: Call, forms: Forms, manuscripts: Manuscripts, responses: Responses, name: FormName) -> Effects:
    found = manuscripts.find(name)
    if found is None:
        draft = forms.get(name)
        begun = Manuscript(draft.form.name, document_of(draft.form), version=draft.version)
        return _entered(call, manuscripts.begin(begun, _taken_in(draft)), manuscripts, responses)
    return _entered(call, _newest(found, forms, manuscripts), manuscripts, responses)


def _newest(found: Manuscript, forms: Forms, manuscripts: Manuscripts) -> Manuscript:
    """Where a newer version was loaded meanwhile, it becomes the next step: what was there can be had back by undo."""
    draft = next((d for d in forms.drafts() if d.form.name == found.name), None)
    if draft is None or draft.version <= found.version:
        return found
    step = Write(document_of(draft.form), found.given, _taken_in(draft))
    return manuscripts.write(found, step, version=draft.version)


def _taken_in(draft: Draft) -> Text:
    return s.DID_LOAD.fill(version=draft.version)


@command(
    "copy",
    "複製",
    needs=Role.EDITOR,
    about=Text(ja="フォームを複製して直す", en="copy a form and change the copy"),
    more=Text(ja="例: !form copy kenko 12月の健康観察", en="E.g. !form copy health December health"),
)
def copy(
    call: Call, forms: Forms, manuscripts: Manuscripts, responses: Responses, name: FormName, title: Title
) -> Effects:
    named, words = _named(title)
    document = written({**_source(forms, name), "name": named, "title": words})
    return _entered(call, manuscripts.begin(Manuscript(named, document), s.DID_BEGIN), manuscripts, responses)


def _entered(call: Call, found: Manuscript, manuscripts: Manuscripts, responses: Responses) -> Effects:
    """The caller writes this one now, and is in no other conversation."""
    drafting, effects = open_(Drafting(found, found, me=call.who, lang=call.lang))
    manuscripts.keep(drafting)
    responses.focus(None)
    said = tuple(e for e in effects if isinstance(e, Say))
    return said if call.direct else (Say(text=IN_DIRECT), *to_person(call.who, said))


@command(
    "diff",
    "違い",
    needs=Role.STAFF,
    about=Text(ja="版の違いを表示", en="what changed between versions"),
    more=Text(
        ja="例: !form diff kenko 1 3。版を書かないと、最新版とその前の版を比べます。",
        en="E.g. !form diff health 1 3. Without versions: the newest and the one before.",
    ),
)
def diff(
    _call: Call, forms: Forms, name: FormName, older: Version | None = None, newer: Version | None = None
) -> Effects:
    newest = forms.get(name)
    to = newest.version if newer is None else newer
    since = to - 1 if older is None else older
    if older is None and since < 1:
        raise Mistake(ONLY_ONE.fill(name=newest.form.name))
    before, after = forms.version(name, since), forms.version(name, to)
    place = {"name": newest.form.name, "older": since, "newer": to}
    rows = [ROW.fill(what=what) for what in differences(before.form, after.form)]
    return (Say(text=lines(CHANGED.fill(**place), *rows) if rows else SAME.fill(**place)),)


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
    ) -> Effects | None:
        if not call.direct or call.role < Role.EDITOR or not isinstance(event, Said | Joined):
            return None
        drafting = manuscripts.mine()
        if drafting is None:
            return None
        if isinstance(event, Joined):
            return _arrived(call, drafting, responses)
        if plain(event.text) in DRAFT:
            return _entered(call, drafting.manuscript, manuscripts, responses)
        if drafting.stage == "away" or _of_forms(event, responses):
            return None
        if _filling(call, responses):
            said = fill_in.handler(call, event, publications, responses, people) or ()
            return said if _filling(call, responses) else (*said, Say(text=_back(drafting)))
        worked = _Turn(call, forms, manuscripts, responses, publications, rooms, reminders, summaries, publish)
        spoke = drafting.lang
        after, effects = worked.turn(drafting, event.text)
        manuscripts.keep(after)
        if after.lang != spoke:
            people.speak(after.lang)
        return effects

    return draft


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


def _arrived(call: Call, drafting: Drafting, responses: Responses) -> Effects | None:
    """Another form has come: it waits while the caller writes."""
    waiting = responses.waiting()
    if drafting.stage == "away" or not waiting:
        return None if drafting.stage == "away" else ()
    begun = [f for f in responses.mine() if f.publication.is_open(call.at) and not f.conversation.preview]
    said = s.ARRIVED.fill(title=title_of(waiting[-1].form.title), number=len(begun) + len(waiting))
    return (Say(text=said, calls=(call.who,)),)


class _Turn:
    """One turn of the conversation, with what it may need of the world."""

    def __init__(  # noqa: PLR0913, PLR0917 - the ports of one turn
        self,
        call: Call,
        forms: Forms,
        manuscripts: Manuscripts,
        responses: Responses,
        publications: Publications,
        rooms: Rooms,
        reminders: Reminders,
        summaries: Summaries,
        publish: Command,
    ) -> None:
        self._call, self._forms, self._manuscripts, self._responses = call, forms, manuscripts, responses
        self._publications, self._rooms = publications, rooms
        self._reminders, self._summaries, self._publish = reminders, summaries, publish

    def turn(self, drafting: Drafting, said: str) -> tuple[Drafting, Effects]:
        before = drafting.manuscript
        then, effects = advance(drafting, said, today=self._call.today)
        done: list[Effect] = []
        for effect in effects:
            match effect:
                case Write():
                    then = _shown(then, self._manuscripts.write(before, effect))
                case Stand():
                    then = _shown(then, self._manuscripts.stand(before, effect.step))
                case Preview():
                    done += self._preview(before)
                case Publish():
                    then, published = self._put(then, effect)
                    done += published
                case _:
                    done.append(effect)
        return then, tuple(done)

    def _preview(self, now: Manuscript) -> Effects:
        form = _whole(now)
        return enter(self._call, self._responses, self._responses.preview(self._forms.rehearse(form, now.step)))

    def _put(self, drafting: Drafting, asked: Publish) -> tuple[Drafting, Effects]:
        """What is wrong with the room or the deadline is said, and they are asked for again."""
        form = _whole(drafting.manuscript)
        try:
            found = _whereabouts(asked, self._call)
            if found.room is not None:
                self._rooms.find(found.room)
        except Mistake as mistake:
            again = {"for": "publish", "lacks": asked.lacks, "known": asked.known}
            return replace(drafting, waiting=again), (Refuse(text=mistake.text),)
        if lack := self._lacking(found, form):
            known = asked.known or asked.words
            waiting = {"for": "publish", "lacks": lack, "known": known} if known else {"for": "publish"}
            return replace(drafting, waiting=waiting), (Say(text=_LACKING[lack] if known else s.PUBLISH_HOW),)
        return self._published(drafting, form, room=found.room, by=found.by)

    def _lacking(self, found: Whereabouts, form: Form) -> str:
        """What must still be said; a form that takes answers already stays where it is."""
        if self._publications.current(form.name) is not None:
            return ""
        if found.room is None and not (form.audience and form.audience.rooms):
            return "room"
        return "" if found.by or found.endless or form.closes else "when"

    def _published(self, drafting: Drafting, form: Form, *, room: str | None, by: object) -> tuple[Drafting, Effects]:
        version = self._forms.save(form)
        self._manuscripts.saved(drafting.manuscript, version)
        ports = (self._forms, self._publications, self._responses, self._rooms, self._reminders, self._summaries)
        try:
            effects = self._publish.handler(self._call, *ports, form.name, to=room, by=by)
        except Mistake as mistake:
            waiting = {} if self._publications.current(form.name) else {"for": "publish"}
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
    return replace(known, by=found.by, endless=found.endless)


def _shown(drafting: Drafting, now: Manuscript) -> Drafting:
    return replace(drafting, manuscript=now, seen=now)


def _whole(manuscript: Manuscript) -> Form:
    form = manuscript.form
    if form is None:
        raise Mistake(s.NO_QUESTIONS)
    return form
