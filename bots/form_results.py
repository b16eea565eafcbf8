"""What became of a publication: progress, live and final results, reminders to those who have not answered."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from bots.arguments import FormName, SplitBy, Where
from bots.bot import Done
from bots.call import Call
from bots.command import Effects, World, command
from bots.due import Summaries
from bots.effects import Attach, Person, Place, Refresh, Rewrite, Room, Say
from bots.form_counts import counted, part
from bots.form_export import exported
from bots.form_renewal import joined
from bots.form_veil import NOT_NAMED, veiled
from bots.ports import People, Pictures, Publications, Responses, Town
from bots.records import Asked, Live, Publication
from bots.roles import Role
from forms.chart import chart
from forms.mistake import Mistake
from forms.summary import summary, summary_html
from forms.tally import Standing, Tally
from forms.text import Lang, Text, lines, same

PROGRESS = Text(ja="「{title}」の状況（{state}）", en="“{title}” ({state})")
BY_TOWN = Text(
    ja="・{municipality}: 配布 {asked}人、回答中 {started}人、回答済み {sent}人",
    en="- {municipality}: {asked} asked, {started} started, {sent} done",
)
IN_ALL = Text(ja="{asked}人のうち{sent}人が回答", en="{sent} of {asked} have answered")
OPEN = Text(ja="受付中", en="open")
CLOSED_STATE = Text(ja="終了", en="closed")
MISSING = Text(ja="「{title}」にまだ回答していない人（{count}人）", en="Not yet answered “{title}” ({count})")
PERSON = Text(ja="・{name}（{municipality}、{stage}）", en="- {name} ({municipality}, {stage})")
STAGES = {
    "invited": Text(ja="未着手", en="not started"),
    "started": Text(ja="回答の途中", en="started"),
    "unreachable": Text(ja="届いていません", en="cannot be reached"),
    "sent": Text(ja="回答済み", en="done"),
}
NAMES_SENT = Text(ja="未回答者の一覧は個別の部屋に送りました。", en="The names were sent to your direct room.")
HIDDEN = Text(ja="このフォームの結果は編集者だけが見られます。", en="Only editors may see this form's results.")
LATER = Text(ja="結果は受付の終了後に表示します。", en="The results are shown when the form has closed.")
RESULTS_SENT = Text(ja="結果を個別の部屋に送りました。", en="The results were sent to your direct room.")
REMINDED = Text(
    ja="まだ回答していない{count}人にお知らせしました。", en="{count} people who have not answered were reminded."
)
NOBODY_LEFT = Text(
    ja="お知らせする人はいません。全員が回答済みか、お知らせを止めているか、個別の部屋にいません。",
    en="There is nobody to remind: they have answered, want no reminders, or have left the direct room.",
)
PLEASE = Text(
    ja="「{title}」の回答をお待ちしています。{deadline}{late}\n"
    "答えるときは「再開」、お知らせが不要なときは「お知らせ停止」と書いてください。",
    en="“{title}” is waiting for your answers. {deadline}{late}\n"
    "Write “resume” to answer, “mute” to get no more reminders.",
)
CLOSED = Text(ja="「{title}」の受付を終了しました。", en="“{title}” is closed.")
ALREADY = Text(ja="「{name}」はもう終了しています。", en="“{name}” is closed already.")


@command("status", "状況", needs=Role.STAFF, about=Text(ja="だれが答えたか", en="who has answered"))
def status(call: Call, publications: Publications, name: FormName) -> Effects:
    publication = publications.latest(name)
    state = OPEN if publication.is_open(call.at) else CLOSED_STATE
    rows = publications.progress(publication)
    total = IN_ALL.fill(sent=sum(r[3] for r in rows), asked=sum(r[1] for r in rows))
    parts = [PROGRESS.fill(title=publication.form.title, state=state), total]
    parts += [BY_TOWN.fill(municipality=m, asked=a, started=b, sent=c) for m, a, b, c in rows]
    if call.role < Role.EDITOR:
        return (Say(text=lines(*parts)),)
    if publication.form.privacy == "anonymous":
        return (Say(text=lines(*parts, NOT_NAMED.fill(name=publication.form.name))),)
    missing = _missing(publication, publications.asked(publication))
    if call.direct or missing is None:
        return (Say(text=lines(*parts, *([missing] if missing else []))),)
    return (Say(text=lines(*parts, NAMES_SENT)), Say(text=missing, to=Person(call.who)))


def _missing(publication: Publication, asked: Sequence[Asked]) -> Text | None:
    rest = [a for a in asked if a.stage != "sent"]
    if not rest:
        return None
    rows = [PERSON.fill(name=a.name, municipality=a.municipality, stage=STAGES[a.stage]) for a in rest]
    return lines(MISSING.fill(title=publication.form.title, count=len(rest)), *rows)


def picture(
    publication: Publication, found: tuple[Tally, Standing], pictures: Pictures, *, to: Place, lang: Lang
) -> Attach:
    """The chart as an image with its numbers in words."""
    drawn = chart(publication.form, *found, lang=lang)
    return Attach(
        name=f"{publication.form.name}.png",
        mime="image/png",
        content=pictures.png(drawn.svg),
        to=to,
        text=drawn.alt,
        picture=(drawn.width, drawn.height),
    )


def summarised(
    publication: Publication, found: tuple[Tally, Standing], responses: Responses, *, to: Place, closed: bool
) -> Say:
    """The table, in text and HTML; below it, how versions were joined."""
    text = Text(
        ja=summary(publication.form, *found, lang="ja", closed=closed),
        en=summary(publication.form, *found, lang="en", closed=closed),
    )
    html = Text(
        ja=summary_html(publication.form, *found, lang="ja", closed=closed),
        en=summary_html(publication.form, *found, lang="en", closed=closed),
    )
    note = joined(publication, responses.all_sent(publication))
    if note is not None:
        text = lines(text, same(""), note)
        html = Text(ja=_below(html.ja, note.ja), en=_below(html.en, note.en))
    return Say(text=text, html=html, to=to)


def _below(table: str, note: str) -> str:
    return f"{table}<p>{'<br>'.join(escape(note).split(chr(10)))}</p>"


@command("results", "結果", needs=Role.STAFF, about=Text(ja="集計を表示", en="show the totals"))
def results(
    call: Call,
    publications: Publications,
    responses: Responses,
    people: People,
    pictures: Pictures,
    town: Town,
    name: FormName,
    *,
    by: SplitBy | None = None,
    where: Where | None = None,
) -> Effects:
    publication = publications.latest(name)
    closed = not publication.is_open(call.at)
    if call.role < Role.EDITOR and publication.form.results == "editors":
        raise Mistake(HIDDEN)
    if call.role < Role.EDITOR and publication.form.results == "at-close" and not closed:
        raise Mistake(LATER)
    found = counted(publication, publications, responses)
    if by is not None or where is not None:
        found = part(call, publication, responses, people, by=by, where=where)
    # What is looked up closely goes to who asked: in a room a small group would be on show.
    alone = publication.form.results == "editors" or call.direct or found[1].partial
    to: Place = Person(call.who) if alone else Room(call.room)
    note = (Say(text=RESULTS_SENT),) if alone and not call.direct else ()
    drawn = picture(publication, found, pictures, to=to, lang=town.language())
    return (*note, summarised(publication, found, responses, to=to, closed=closed), drawn)


@command(
    "remind",
    "催促",
    needs=Role.EDITOR,
    about=Text(ja="まだ答えていない人にいま知らせる", en="remind those who have not answered, now"),
)
def remind(call: Call, publications: Publications, name: FormName) -> Effects:
    publication = publications.latest(name)
    if not publication.is_open(call.at):
        raise Mistake(ALREADY.fill(name=name))
    reminded = pleas(publication, publications, deadline=same(""), late=False)
    done = REMINDED.fill(count=len(reminded)) if reminded else NOBODY_LEFT
    return (Say(text=done), *reminded)


def pleas(publication: Publication, publications: Publications, *, deadline: Text, late: bool) -> Effects:
    """A reminder to each who has not answered and wants to be reminded."""
    sorry = (
        Text(ja="（システムが止まっていたため、遅れてのお知らせです。）", en=" (Late, because the system was down.)")
        if late
        else same("")
    )
    text = PLEASE.fill(title=publication.form.title, deadline=deadline, late=sorry)
    asked = [a for a in publications.asked(publication) if a.stage in ("invited", "started") and not a.muted]
    return tuple(Say(text=text, to=Person(a.user), calls=(a.user,), fades=True) for a in asked)


@command(
    "close",
    "終了",
    needs=Role.EDITOR,
    about=Text(ja="受付を終えて結果を出す", en="stop taking answers, post the results"),
)
def close(
    call: Call,
    publications: Publications,
    responses: Responses,
    people: People,
    pictures: Pictures,
    town: Town,
    name: FormName,
) -> Effects:
    publication = publications.latest(name)
    if publication.closed_at is not None:
        raise Mistake(ALREADY.fill(name=name))
    publications.close(publication, call.at)
    said = Say(text=CLOSED.fill(title=publication.form.title))
    return (said, *_ending(publication, publications, responses, people, pictures, town))


def _ending(
    publication: Publication,
    publications: Publications,
    responses: Responses,
    people: People,
    pictures: Pictures,
    town: Town,
) -> Effects:
    """The last words on a publication: to the room unless only editors may see it, and the file to its editor."""
    if (why := responses.withheld(publication)) is not None:
        return (Refresh(publication.id), Say(text=why, to=_whom(publication)))
    found = counted(publication, publications, responses)
    to = _whom(publication)
    return (
        Refresh(publication.id),
        summarised(publication, found, responses, to=to, closed=True),
        picture(publication, found, pictures, to=to, lang=town.language()),
        *exported(publication, responses, people, town, wanted="csv"),
    )


def _whom(publication: Publication) -> Place:
    return Person(publication.author) if publication.form.results == "editors" else Room(publication.room)


def due_closings(now: datetime, world: World) -> Sequence[Done]:
    """Publications past their deadline."""
    publications = world(Publications)
    done = []
    for publication in publications.overdue(now):
        publications.close(publication, now)
        effects = _ending(publication, publications, world(Responses), world(People), world(Pictures), world(Town))
        said = Say(text=CLOSED.fill(title=publication.form.title), to=Room(publication.room))
        done.append(Done(f"close:{publication.id}:{publication.closes_at}", (said, *effects)))
    return done


def due_summaries(now: datetime, world: World) -> Sequence[Done]:
    """Live messages that no longer show the truth."""
    summaries = world(Summaries)
    return [_rewritten(live, summaries, now, world) for live in summaries.due(now)]


def _rewritten(live: Live, summaries: Summaries, now: datetime, world: World) -> Done:
    publication = live.publication
    closed = not publication.is_open(now)
    why = world(Responses).withheld(publication)
    if why is None:
        found = counted(publication, world(Publications), world(Responses))
        said = summarised(publication, found, world(Responses), to=Room(publication.room), closed=closed)
    else:
        said = Say(text=veiled(publication, world(Publications), why, closed=closed), to=Room(publication.room))
    summaries.written(live, now)
    key = f"live:{publication.id}:{live.generation}"
    effect = Rewrite(first=key, say=said) if live.edits else Rewrite(first=None, say=said)
    return Done(key if not live.edits else f"{key}:{live.edits}", (effect,))
