"""!inquiry (照会): ask other municipalities, each answers at home, and only what each releases comes back."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bots.alliance import Member
from bots.arguments import AnswerKind, Deadline, FormName, Number, Whom
from bots.bot import Bot
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Person, Post, Say
from bots.help import help_command
from bots.inquiry_home import accept, ask, decline
from bots.inquiry_post import due_pleas, due_tables, on_post
from bots.inquiry_records import DAY, Asked, Asking
from bots.inquiry_release import correct, release
from bots.inquiry_results import export, final_report, our_own, results_
from bots.inquiry_show import KINDS, called, head, leaving, names, table
from bots.moments import moment
from bots.ports import Forms, Members, Pictures, Publications, Rooms, Town
from bots.ports_groups import Groups
from bots.ports_inquiry import Inquiries
from bots.roles import Role
from forms.inquiry import NEWEST, STATES, WITH_LISTS, document_of, runnable
from forms.inquiry_outcomes import FARTHEST
from forms.mistake import Mistake
from forms.text import Text, lines, same

Seated = Callable[[str], frozenset[str] | None]
MOST_A_DAY = 20
ALL = frozenset({"全員", "全団体", "すべて", "all", "everyone"})
SENT = Text(
    ja="照会{number}「{title}」を{n}団体に送りました（{kind}）。締切: {deadline}\n状況: !inquiry status {number}",
    en="Inquiry {number}, “{title}”, goes to {n} members ({kind}), until {deadline}\n"
    "Progress: !inquiry status {number}",
)
PAST = Text(
    ja="締切は、いまより後で1年以内にしてください。「by 12月1日 17:00」のように書いてください。",
    en="The deadline must be in the coming year. Write e.g. “by 2026-12-01 17:00”.",
)
NOBODY = Text(
    ja="送る相手がいません。連合のほかの団体の名前を「、」で区切って書くか、ユーザーグループか部屋の名前、または「全員」を書いてください。",
    en="There is nobody to send it to. Name other members (separated by commas), a user group, a room, or write “all”.",
)
NOT_INSIDE = Text(
    ja="ユーザーグループ「{name}」にだれがいるか、まだ分かりません。先に「!group join {name}」で参加してください。",
    en="Who is in the user group “{name}” is not known yet. Please join it first: !group join {name}",
)
OURSELVES = Text(
    ja="自分の自治体には送れません。庁内へは「!form publish {name}」で配ってください。",
    en="You cannot send it to yourselves. Ask your own people with !form publish {name}",
)
TRAVELS_NOT = Text(
    ja="このフォームは、ほかの自治体へ送れる形になりません。「!form show {name}」で内容を確かめてください。",
    en="This form cannot be sent to others. Look at it with !form show {name}",
)
TOO_MANY = Text(
    ja="照会は1日に{most}件までです。急ぎの設問は、ひとつのフォームにまとめてあすお送りください。",
    en="There are {most} inquiries a day. Please put what is urgent into one form, and send it tomorrow.",
).fill(most=MOST_A_DAY)
NONE = Text(ja="照会はありません。", en="There are no inquiries.")
OURS = Text(
    ja="・{number} 送信「{title}」締切 {deadline}{closed}（{done}/{n}団体が回答）",
    en="- {number} sent: “{title}”, until {deadline}{closed} ({done} of {n} answered)",
)
THEIRS = Text(
    ja="・{number} 受信「{title}」{asker}から、締切 {deadline}{closed}（{state}）",
    en="- {number} from {asker}: “{title}”, until {deadline}{closed} ({state})",
)
CLOSED_MARK = Text(ja="、終了", en=", closed")
BY = Text(ja="照会元: {asker}・{kind}", en="Asked by {asker}: {kind}")
QUESTION = Text(ja="{n}. {title}{mark}", en="{n}. {title}{mark}")
OPTIONAL = Text(ja="（任意）", en=" (optional)")
AT_HOME = Text(
    ja="庁内: {sent}/{asked}人が回答。先方には「{state}」と伝えています。",
    en="At home {sent} of {asked} have answered. They were told: {state}.",
)
NOT_ASKED = Text(
    ja="庁内: まだ聞いていません。先方には「{state}」と伝えています。",
    en="Nobody at home was asked yet. They were told: {state}.",
)
RELEASED = Text(ja="送った回答（第{version}版）:", en="What was sent (version {version}):")
CLOSED = Text(
    ja="照会{number}を終了し、{n}団体に知らせました。", en="Inquiry {number} is closed; {n} members were told."
)
ALREADY = Text(ja="照会{number}はもう終了しています。", en="Inquiry {number} is closed already.")


@command(
    "send",
    "依頼",
    needs=Role.EDITOR,
    about=Text(ja="ほかの自治体に照会を送る", en="ask other municipalities"),
    more=Text(
        ja="ユーザーグループや部屋の名前を書くと、そこに人がいる団体に送ります。"
        "例: !inquiry send kyushoku to 全員 by 12月1日、!inquiry send kyushoku to 行政DX by 12月1日、"
        "!inquiry send jinin 代表 to 中津市、多摩市 by 12月1日",
        en="A group or a room stands for the members whose people are in it. E.g. !inquiry send lunch to all "
        "by 2026-12-01, !inquiry send lunch to 行政DX by 2026-12-01, !inquiry send staff one to Nakatsu, Tama "
        "by 2026-12-01",
    ),
)
def send(
    call: Call,
    forms: Forms,
    inquiries: Inquiries,
    members: Members,
    rooms: Rooms,
    groups: Groups,
    name: FormName,
    kind: AnswerKind | None = None,
    *,
    to: Whom,
    by: Deadline,
) -> Effects:
    own = members.me()
    draft = forms.get(name)
    if not call.at < by <= call.at + FARTHEST:
        raise Mistake(PAST)
    if draft.form.tables:
        raise Mistake(WITH_LISTS.fill(lists="、".join(draft.form.tables)))
    if inquiries.sent_since(call.at - DAY) >= MOST_A_DAY:
        raise Mistake(TOO_MANY)
    wanted = _whom(to, members, own, draft.form.name, lambda words: _seated(words, groups, rooms))
    document = document_of(draft.form)
    form = runnable(document, NEWEST)
    if form is None:
        raise Mistake(TRAVELS_NOT.fill(name=draft.form.name))
    asking = inquiries.send(
        form, document, kind="one" if kind == "one" else "totals", deadline=by,
        to=[member.server for member in wanted], room=None if call.direct else call.room,
    )  # fmt: skip
    body = {
        "id": asking.id, "form": document, "needs": NEWEST, "kind": asking.kind, "by": int(by.timestamp() * 1000),
    }  # fmt: skip
    said = SENT.fill(
        number=asking.number,
        title=form.title,
        n=len(wanted),
        kind=KINDS[asking.kind],
        deadline=moment(by, call.zone, call.at),
    )
    return (Say(text=said), *(Post(kind="inquiry", body=body, to=member.server) for member in wanted))


def _whom(said: str, members: Members, own: Member, form: str, seated: Seated) -> Sequence[Member]:
    """The members meant, each once, in the list's order."""
    if said.strip("「」").casefold() in ALL:
        wanted = {member.server for member in members.all()} - {own.server}
    else:
        parts = [part.strip() for part in said.replace("，", "、").replace(",", "、").split("、") if part.strip()]
        wanted = {server for part in parts for server in _named(part, members, own, seated)}
    if own.server in wanted:
        raise Mistake(OURSELVES.fill(name=form))
    found = [member for member in members.all() if member.server in wanted]
    if not found:
        raise Mistake(NOBODY)
    return found


def _named(words: str, members: Members, own: Member, seated: Seated) -> set[str]:
    """One member; or all, but ourselves, whose people are in a group or a room of this name."""
    try:
        return {members.find(words).server}
    except Mistake as unknown:
        found = seated(words)
        if found is None:
            raise unknown from None
    return set(found) - {own.server}


def _seated(words: str, groups: Groups, rooms: Rooms) -> frozenset[str] | None:
    """The servers whose people are in the group, or else the room; None where there is neither."""
    try:
        group = groups.find(words)
    except Mistake:
        try:
            people = rooms.people(rooms.find(words))
        except Mistake:
            return None
        return frozenset(user.partition(":")[2] for user in people)
    people = groups.people(group.space) if group.space else ()
    if not people:
        raise Mistake(NOT_INSIDE.fill(name=group.name))
    return frozenset(user.partition(":")[2] for user in people)


@command("list", "一覧", needs=Role.STAFF, about=Text(ja="送った照会と届いた照会", en="what was sent and what came"))
def list_(call: Call, inquiries: Inquiries, members: Members) -> Effects:
    known = names(members)
    rows = []
    for one in inquiries.all()[:50]:
        words = {
            "number": one.number,
            "title": one.form.title,
            "deadline": moment(one.deadline, call.zone, call.at),
            "closed": CLOSED_MARK if one.closed_at else same(""),
        }
        if isinstance(one, Asking):
            done = sum(body.released is not None for body in one.bodies)
            rows.append(OURS.fill(**words, done=done, n=len(one.bodies)))
        else:
            rows.append(THEIRS.fill(**words, asker=called(one.asker, known), state=STATES[one.told]))
    return (Say(text=lines(*rows) if rows else NONE),)


@command("show", "表示", needs=Role.STAFF, about=Text(ja="照会の内容を表示", en="show what an inquiry asks"))
def show(call: Call, inquiries: Inquiries, members: Members, number: Number) -> Effects:
    found = inquiries.get(number)
    asker = members.me().server if isinstance(found, Asking) else found.asker
    by = BY.fill(asker=called(asker, names(members)), kind=KINDS[found.kind])
    questions = [
        QUESTION.fill(n=n, title=q.title, mark=same("") if q.required else OPTIONAL)
        for n, q in enumerate(found.form.asked, 1)
    ]
    return (Say(text=lines(head(found, call.zone, call.at), by, *questions)),)


@command("status", "状況", needs=Role.STAFF, about=Text(ja="どこまで進んだか", en="how far it is"))
def status(call: Call, inquiries: Inquiries, members: Members, publications: Publications, number: Number) -> Effects:
    found = inquiries.get(number)
    if isinstance(found, Asking):
        text, html = table(found, names(members), now=call.at, zone=call.zone)
        return (Say(text=text, html=html),)
    return (Say(text=lines(head(found, call.zone, call.at), *_at_home(found, publications))),)


def _at_home(asked: Asked, publications: Publications) -> list[Text]:
    state = STATES[asked.told]
    if asked.publication is None:
        return [NOT_ASKED.fill(state=state)]
    rows = publications.progress(publications.get(asked.publication))
    said = [AT_HOME.fill(sent=sum(r[3] for r in rows), asked=sum(r[1] for r in rows), state=state)]
    if asked.last is not None:
        said += [RELEASED.fill(version=asked.last.version), leaving(asked.form, asked.last)]
    return said


@command(
    "close",
    "終了",
    needs=Role.EDITOR,
    about=Text(ja="照会を終えて結果を出す", en="end an inquiry and post its results"),
)
def close(
    call: Call, inquiries: Inquiries, members: Members, pictures: Pictures, town: Town, number: Number
) -> Effects:
    asking = our_own(inquiries, number)
    if asking.closed_at is not None:
        raise Mistake(ALREADY.fill(number=number))
    closed = replace(asking, closed_at=call.at)
    inquiries.keep(closed)
    posts = [Post(kind="inquiry-closed", body={"id": asking.id}, to=body.server) for body in asking.bodies]
    said = Say(text=CLOSED.fill(number=number, n=len(posts)), to=Person(call.who))
    return (said, *posts, *final_report(closed, members, pictures, town))


BOT: Bot = Bot(
    names=("inquiry", "照会"),
    about=Text(
        ja="ほかの自治体に照会します。それぞれの庁内で答え、送ると決めた集計だけが届きます。",
        en="Asks other municipalities. Each answers at home; only the totals that each releases come back.",
    ),
    commands=(
        help_command(lambda: BOT),
        send,
        list_,
        show,
        accept,
        decline,
        ask,
        status,
        release,
        correct,
        results_,
        export,
        close,
    ),
    listeners=(on_post,),
    routines=(due_pleas, due_tables),
)
