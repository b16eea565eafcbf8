"""!form: make, publish, fill in and close forms."""

from bots.arguments import Confirmation, Deadline, FormName, RemindAt, RoomName
from bots.bot import Bot
from bots.call import Call
from bots.command import Effects, Listener, command
from bots.drafting import Manuscript
from bots.due import Reminders, Summaries
from bots.effects import Meet, Refresh, Say
from bots.form_drafting import copy, diff, edit, library, new
from bots.form_entry import begin, enter
from bots.form_export import export
from bots.form_loading import load, sent_file
from bots.form_notice import noticed, notices
from bots.form_renewal import renewed
from bots.form_results import close, due_closings, due_summaries, remind, results, status
from bots.form_talk import fill_in, in_direct, most_bytes
from bots.form_workbooks import template
from bots.form_writing import drafting_listener
from bots.help import help_command
from bots.list_bot import sent_list
from bots.list_words import in_form, newer
from bots.moments import moment
from bots.ports import Forms, Manuscripts, Pending, Publications, Responses, Rooms
from bots.ports_lists import Lists
from bots.records import Publication, Waiting
from bots.roles import Role
from bots.template_merging import deciding
from forms.anonymity import telling
from forms.form import Form
from forms.mistake import Mistake
from forms.questions import Question
from forms.text import Text, lines, same

PUBLISHED = Text(
    ja="フォーム「{title}」を、部屋「{room}」の{count}人に配りました。回答の締切: {closes}",
    en="“{title}” goes to {count} people of {room}. Answers until: {closes}",
)
PROGRESS = Text(ja="状況: !form status {name}", en="Progress: !form status {name}")
TELLS_OWNER = Text(
    ja="「{place}」は、ファイルや署名を求めるか、時刻や乱数（now、today、random など）を使うため、"
    "だれの回答かの手がかりが残ります。匿名のフォームからは外すか、privacy を named か confidential にしてください。",
    en="“{place}” asks for a file or signature, or uses the time or chance (now, today, random …): that would hint at "
    "whose answers they are. Leave it out of an anonymous form, or set privacy to named or confidential.",
)
NOBODY = Text(
    ja="その部屋に、配る相手がいません。職員を招待してから、もう一度公開してください。",
    en="There is nobody in that room to ask. Invite people, then publish again.",
)
OPEN_ALREADY = Text(
    ja="「{name}」は受付中です。締切を変えるときは「!form reopen {name} by 12月1日 17:00」のように書いてください。",
    en="“{name}” is open. To move its deadline: !form reopen {name} by 2026-12-01 17:00",
)
PAST = Text(
    ja="締切がもう過ぎています。「by 明日 17:00」のように書いてください。",
    en="The deadline has passed. Write e.g. “by tomorrow 5pm”.",
)
NO_DEADLINE = Text(ja="なし（「!form close {name}」で終了）", en="none (end it with !form close {name})")
IN_DIRECT = Text(
    ja="個別の部屋に送りました。そちらでお答えください。", en="Sent to your direct room; please answer there."
)
NOTHING = Text(ja="いま表示できるフォームはありません。", en="There are no forms to show.")
SURE = Text(
    ja="フォーム「{name}」と、集まった回答{count}件をすべて削除します。よろしければ「はい」、やめるときは「いいえ」。",
    en="This deletes “{name}” and all {count} answers to it. “yes” to go on, “no” to stop.",
)
DELETED = Text(ja="フォーム「{name}」を削除しました。", en="“{name}” is deleted.")
REOPENED = Text(ja="「{name}」の受付を再開しました。締切: {closes}", en="“{name}” takes answers again until: {closes}")
MOVED = Text(ja="「{name}」の締切を変えました: {closes}", en="“{name}” now takes answers until: {closes}")
WRITTEN = Text(ja="書きかけ（!form edit {name}）", en="being written (!form edit {name})")
ROW = Text(ja="・{name}「{title}」{state}", en="- {name} “{title}”: {state}")
UNNAMED = Text(ja="・{name}　{state}", en="- {name}: {state}")
STATES = {
    "draft": Text(ja="下書き", en="draft"),
    "open": Text(ja="受付中（締切 {closes}）", en="open until {closes}"),
    "closed": Text(ja="終了", en="closed"),
}


@command("list", "一覧", needs=Role.RESIDENT, about=Text(ja="フォームの一覧", en="list the forms"))
def list_(call: Call, forms: Forms, publications: Publications, manuscripts: Manuscripts) -> Effects:
    shown = {p.form.name: _line(call, p.form, p) for p in reversed(publications.visible())}
    if call.role >= Role.EDITOR:
        drafts = (d.form for d in forms.drafts() if d.form.name not in shown)
        shown |= {form.name: _line(call, form, None) for form in drafts}
        shown |= {m.name: _written(m) for m in manuscripts.all() if m.name not in shown}
    return (Say(text=lines(*shown.values()) if shown else NOTHING),)


def _written(manuscript: Manuscript) -> Text:
    row = ROW if same(manuscript.name) != manuscript.title else UNNAMED
    return row.fill(name=manuscript.name, title=manuscript.title, state=WRITTEN.fill(name=manuscript.name))


def _line(call: Call, form: Form, publication: Publication | None) -> Text:
    line = ROW if same(form.name) != form.title else UNNAMED
    if publication is None:
        state = STATES["draft"]
    else:
        state = STATES["open" if publication.is_open(call.at) else "closed"].fill(closes=until(call, publication))
    return line.fill(name=form.name, title=form.title, state=state)


def until(call: Call, publication: Publication) -> Text:
    """The deadline as people say it, in the reader's zone."""
    if publication.closes_at is None:
        return NO_DEADLINE.fill(name=publication.form.name)
    return moment(publication.closes_at, call.zone, call.at)


@command("show", "表示", needs=Role.STAFF, about=Text(ja="フォームの質問を表示", en="show a form's questions"))
def show(_call: Call, forms: Forms, name: FormName) -> Effects:
    draft = forms.get(name)
    head = Text(ja="「{title}」（{name} 第{version}版）", en="“{title}” ({name}, version {version})")
    first = head.fill(title=draft.form.title, name=draft.form.name, version=draft.version)
    rows = (_question(n, question) for n, question in enumerate(draft.form.asked, 1))
    return (Say(text=lines(first, *rows, *in_form(draft))),)


def _question(number: int, question: Question) -> Text:
    mark = same("") if question.required else Text(ja="（任意）", en=" (optional)")
    return Text(ja="{n}. {title}{mark}", en="{n}. {title}{mark}").fill(n=number, title=question.title, mark=mark)


@command(
    "preview", "確認", needs=Role.EDITOR, about=Text(ja="自分だけで試しに答える", en="try it yourself; nothing is kept")
)
def preview(call: Call, forms: Forms, responses: Responses, name: FormName) -> Effects:
    effects = enter(call, responses, responses.preview(forms.get(name)))
    return in_direct(call, IN_DIRECT, effects)


@command(
    "publish",
    "公開",
    needs=Role.EDITOR,
    about=Text(ja="部屋の全員に配る", en="put it to everybody in a room"),
    more=Text(
        ja="例: !form publish kyushoku by 明日 17:00 remind 3時間前",
        en="E.g. !form publish lunch by tomorrow 5pm remind 3h",
    ),
)
def publish(
    call: Call,
    forms: Forms,
    publications: Publications,
    responses: Responses,
    rooms: Rooms,
    reminders: Reminders,
    summaries: Summaries,
    lists: Lists,
    name: FormName,
    *,
    to: RoomName | None = None,
    by: Deadline | None = None,
    remind: RemindAt | None = None,
) -> Effects:
    draft = forms.get(name)
    _no_tell_tales(draft.form)
    current = publications.current(draft.form.name)
    if current is not None and current.version != draft.version and (not to or rooms.find(to) == current.room):
        closes = by or current.closes_at
        times = notices(call, draft.form, closes, remind) if by or remind else None
        effects = renewed(call, publications, responses, current, draft, closes=closes)
        if times is not None:
            reminders.schedule(current, times)
        return effects
    if current is not None and call.direct and not to:
        raise Mistake(OPEN_ALREADY.fill(name=draft.form.name))
    room = rooms.find(to or _room_of(call, draft.form))
    closes = by or draft.form.closes
    if closes is not None and closes <= call.at:
        raise Mistake(PAST)
    audience = rooms.people(room)
    if not audience:
        raise Mistake(NOBODY)
    times = notices(call, draft.form, closes, remind)
    publication = publications.publish(draft, room, closes=closes, audience=audience)
    reminders.schedule(publication, times)
    if draft.form.results == "live":
        summaries.start(publication)
    more = PROGRESS.fill(name=draft.form.name)
    said = PUBLISHED.fill(
        title=draft.form.title,
        room=rooms.name(room),
        count=len(audience),
        closes=until(call, publication),
    )
    asides = (*noticed(call, draft.form, times, remind), *newer(draft, lists.all()))
    return (Say(text=lines(said, *asides, more)), *map(Meet, audience))


def _no_tell_tales(form: Form) -> None:
    if form.privacy == "anonymous" and (place := telling(form)) is not None:
        raise Mistake(TELLS_OWNER.fill(place=place))


def _room_of(call: Call, form: Form) -> str:
    if not call.direct:
        return call.room
    if form.audience is not None and form.audience.rooms:
        return form.audience.rooms[0]
    raise Mistake(
        Text(
            ja="どの部屋に配るかを書いてください。例: !form publish {name} to 行政DX",
            en="Say which room: !form publish {name} to ROOM",
        ).fill(name=form.name)
    )


@command("fill", "回答", needs=Role.RESIDENT, about=Text(ja="フォームに答える", en="fill in a form"))
def fill(call: Call, publications: Publications, responses: Responses, name: FormName) -> Effects:
    publication = publications.latest(name)
    effects = begin(call, responses, publication)
    return in_direct(call, IN_DIRECT, effects)


@command(
    "reopen",
    "再開",
    needs=Role.EDITOR,
    about=Text(ja="受付を再開する、締切を変える", en="take answers again, or move the deadline"),
)
def reopen(
    call: Call,
    publications: Publications,
    reminders: Reminders,
    name: FormName,
    *,
    by: Deadline | None = None,
    remind: RemindAt | None = None,
) -> Effects:
    publication = publications.latest(name)
    was_open = publication.is_open(call.at)
    if was_open and by is None:
        raise Mistake(OPEN_ALREADY.fill(name=publication.form.name))
    closes = by or (publication.closes_at if publication.closes_at and publication.closes_at > call.at else None)
    publications.reopen(publication, closes)
    again = publications.latest(name)
    times = notices(call, again.form, closes, remind) if closes is not None else []
    if closes is not None:
        reminders.schedule(again, times)
    said = (MOVED if was_open else REOPENED).fill(name=again.form.title, closes=until(call, again))
    return (Say(text=lines(said, *noticed(call, again.form, times, remind))), Refresh(publication.id))


@command("delete", "削除", needs=Role.EDITOR, about=Text(ja="フォームと回答を削除", en="delete a form and its answers"))
def delete(
    _call: Call,
    forms: Forms,
    manuscripts: Manuscripts,
    responses: Responses,
    pending: Pending,
    name: FormName,
    sure: Confirmation | None = None,
) -> Effects:
    found = manuscripts.find(name)
    known = found.name if found else forms.get(name).form.name
    if not sure:
        pending.ask(Waiting(command="form delete", words=(name, "yes")))
        return (Say(text=SURE.fill(name=known, count=responses.count(known))),)
    forms.delete(name)
    return (Say(text=DELETED.fill(name=known)),)


LISTENERS: tuple[Listener, ...] = (sent_file, sent_list, deciding, drafting_listener(publish), fill_in)

BOT: Bot = Bot(
    names=("form", "フォーム"),
    about=Text(ja="フォームを作り、配り、集めます。", en="Makes forms, hands them out, gathers the answers."),
    commands=(
        help_command(lambda: BOT),
        list_,
        show,
        library,
        new,
        edit,
        copy,
        diff,
        load,
        template,
        preview,
        publish,
        fill,
        status,
        results,
        export,
        remind,
        close,
        reopen,
        delete,
    ),
    listeners=LISTENERS,
    routines=(due_closings, due_summaries),
    fetching=(most_bytes,),
)
