"""!inquiry results and export: what the municipalities released, added up, drawn, and as files that can be verified."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bots.alliance import Member
from bots.arguments import GroupBy, Number, ResultFile
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Attach, Person, Place, Room, Say
from bots.inquiry_records import Asking, Filed
from bots.inquiry_show import called, names, place_of, shown_value, states
from bots.ports import Members, Pictures, Seals, Town
from bots.ports_inquiry import Inquiries
from bots.roles import Role
from forms.chart import chart
from forms.inquiry import STATES, Released, added, digest_of
from forms.inquiry_outcomes import OUTCOMES
from forms.inquiry_release import answers_of
from forms.inquiry_results import TITLES, By, Reply, results
from forms.inquiry_suppression import decimal
from forms.inquiry_xlsx import Line, workbook
from forms.mistake import Mistake
from forms.summary import summary, summary_html
from forms.tally import Standing, Tally
from forms.text import Lang, Text, lines, same

FORMAT = "kairan-inquiry-1"
NOTHING = Text(ja="照会{number}には、まだどの団体も回答していません。", en="Nobody has answered inquiry {number} yet.")
NOT_OURS = Text(
    ja="照会{number}は届いたものです。結果は照会元にあります。",
    en="Inquiry {number} came from elsewhere: whoever asked has the results.",
)
EXPORTED = Text(ja="照会{number}の結果です（{n}団体）。", en="The results of inquiry {number} ({n} members).")
SIGNED = Text(
    ja="署名つきの控えです。「kairan verify ファイル」で、あとからいつでも確かめられます。",
    en="The signed originals: “kairan verify FILE” checks them at any time.",
)
EXPORT_SENT = Text(ja="ファイルを個別の部屋に送りました。", en="The files were sent to your direct room.")
_ROW = Text(ja="　{name}：{answer}", en="  {name}: {answer}")
WITHHELD = Text(
    ja="5人未満の数と、それが分かってしまう数は、各団体が伏せています。上の数に入っていません。",
    en="Counts below 5, and those that would give them away, are withheld and not in the figures.",
)
MORE = Text(
    ja="ほかは「!inquiry export {number}」のファイルにあります。",
    en="The rest is in the file of !inquiry export {number}",
)
_MOST_ROWS = 40


def our_own(inquiries: Inquiries, number: int) -> Asking:
    """One that we sent. Raises Mistake otherwise."""
    found = inquiries.get(number)
    if not isinstance(found, Asking):
        raise Mistake(NOT_OURS.fill(number=number))
    return found


def replies_of(asking: Asking, members: Members) -> Sequence[Reply]:
    """All that was released, also by those that left since."""
    present = {member.server: member for member in members.all()}
    return [_reply(body.server, body.released, present.get(body.server)) for body in asking.bodies if body.released]


def _reply(server: str, released: Released, member: Member | None) -> Reply:
    if member is None:
        return Reply(name=same(server), code="", kind="municipality", released=released)
    return Reply(name=member.name, code=member.code, kind=member.kind, released=released, population=member.population)


@command(
    "results",
    "結果",
    needs=Role.STAFF,
    about=Text(ja="届いた回答の集計を表示", en="show the totals of what came"),
    more=Text(ja="例: !inquiry results 1 by 都道府県", en="E.g. !inquiry results 1 by prefecture"),
)
def results_(
    call: Call,
    inquiries: Inquiries,
    members: Members,
    pictures: Pictures,
    town: Town,
    number: Number,
    *,
    by: GroupBy | None = None,
) -> Effects:
    asking = our_own(inquiries, number)
    to: Place = Person(call.who) if call.direct else Room(call.room)
    made = reported(asking, members, pictures, to=to, lang=town.language(), by=_by(by))
    if not made:
        raise Mistake(NOTHING.fill(number=number))
    return made


def _by(word: GroupBy | None) -> By | None:
    return next((by for by in TITLES if by == word), None)


def reported(
    asking: Asking, members: Members, pictures: Pictures, *, to: Place, lang: Lang, by: By | None = None
) -> Effects:
    """Table and chart; nothing where nobody has released anything."""
    replies = replies_of(asking, members)
    if not replies:
        return ()
    found = results(asking.form, replies, asking.kind, by=by)
    text, html = _told(asking, replies, found)
    drawn = chart(asking.form, *found, lang=lang)
    picture = Attach(
        name=f"{asking.form.name}.png",
        mime="image/png",
        content=pictures.png(drawn.svg),
        to=to,
        text=drawn.alt,
        picture=(drawn.width, drawn.height),
    )
    return (Say(text=text, html=html, to=to), picture)


def _told(asking: Asking, replies: Sequence[Reply], found: tuple[Tally, Standing]) -> tuple[Text, Text]:
    closed = asking.closed_at is not None
    form = asking.form
    text = Text(ja=summary(form, *found, lang="ja", closed=closed), en=summary(form, *found, lang="en", closed=closed))
    html = Text(
        ja=summary_html(form, *found, lang="ja", closed=closed),
        en=summary_html(form, *found, lang="en", closed=closed),
    )
    below = (WITHHELD,) if asking.kind == "totals" and _any_held(replies) else _each(asking, replies)
    if not below:
        return text, html
    note = lines(*below)
    return lines(text, same(""), note), Text(ja=_below(html.ja, note.ja), en=_below(html.en, note.en))


def _any_held(replies: Sequence[Reply]) -> bool:
    return any(part.withheld or part.base is None for reply in replies for part in reply.released.parts.values())


def _below(table: str, note: str) -> str:
    return f"{table}<p>{'<br>'.join(escape(note).split(chr(10)))}</p>"


def _each(asking: Asking, replies: Sequence[Reply]) -> Sequence[Text]:
    """Of the kind `one`: what each answered, question by question."""
    if asking.kind == "totals":
        return ()
    rows: list[Text] = []
    for n, question in enumerate(asking.form.asked, 1):
        rows.append(Text(ja=f"{n}. {question.title.ja}", en=f"{n}. {question.title.en}"))
        for reply in replies:
            value = answers_of(reply.released, asking.form).get(question.id)
            rows += [] if value is None else [_ROW.fill(name=reply.name, answer=shown_value(question, value, most=60))]
    return rows if len(rows) <= _MOST_ROWS else [*rows[:_MOST_ROWS], MORE.fill(number=asking.number)]


@command("export", "出力", needs=Role.EDITOR, about=Text(ja="結果をファイルで受け取る", en="get the results as files"))
def export(
    call: Call,
    inquiries: Inquiries,
    members: Members,
    seals: Seals,
    town: Town,
    number: Number,
    _file: ResultFile | None = None,
) -> Effects:
    asking = our_own(inquiries, number)
    made = exported(call, asking, inquiries, members, seals, town)
    return made if call.direct else (Say(text=EXPORT_SENT), *made)


def exported(
    call: Call, asking: Asking, inquiries: Inquiries, members: Members, seals: Seals, town: Town
) -> tuple[Attach, ...]:
    """The workbook, and the signed originals."""
    book = workbook(asking.form, _lines(asking, members, call), asking.kind, zone=town.zone(), lang=town.language())
    signed = originals(asking, inquiries, seals)
    n = sum(body.released is not None for body in asking.bodies)
    name, to = f"{asking.form.name}-照会{asking.number}", Person(call.who)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    text = EXPORTED.fill(number=asking.number, n=n)
    return (
        Attach(name=f"{name}.xlsx", mime=kind, content=book, text=text, to=to),
        Attach(name=f"{name}.signed.json", mime="application/json", content=signed, text=SIGNED, to=to),
    )


def _lines(asking: Asking, members: Members, call: Call) -> Sequence[Line]:
    known, present = names(members), {member.server: member for member in members.all()}
    found = []
    for body, state in states(asking, known, call.at):
        member = present.get(body.server)
        said = OUTCOMES[body.warning].said if body.warning in OUTCOMES else None  # type: ignore[index]
        found.append(
            Line(
                name=called(body.server, known),
                code=member.code if member else "",
                kind=member.kind if member else "municipality",
                state=STATES[state],
                reply=_reply(body.server, body.released, member) if body.released else None,
                received_at=body.released_at,
                note=said or same(body.reason),
                seal=body.seal,
                population=member.population if member else 0,
            )
        )
    return found


def originals(asking: Asking, inquiries: Inquiries, seals: Seals) -> bytes:
    """Every release as its maker signed it, and our sum of the newest, signed by us; with the keys that we know."""
    filed = inquiries.filed(asking)
    total = seals.sign("inquiry-total", total_of(asking, newest(asking, filed)))
    keys = inquiries.keys({total.signer, *(one.server for one in filed)})
    whole = {
        "format": FORMAT,
        "document": asking.document,
        "total": total.raw,
        "releases": [one.raw for one in filed],
        "keys": {server: dict(theirs) for server, theirs in keys.items()},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def newest(asking: Asking, filed: Sequence[Filed]) -> Mapping[str, int]:
    """Server → the version that counts."""
    versions = {body.server: body.released.version for body in asking.bodies if body.released}
    kept = {(one.server, one.version) for one in filed}
    return {server: version for server, version in versions.items() if (server, version) in kept}


def total_of(asking: Asking, counted: Mapping[str, int]) -> dict[str, Any]:
    """What we say the sum is, and of which releases. `kairan verify` adds them up again."""
    releases = [body.released for body in asking.bodies if body.released and body.server in counted]
    whole = added(releases)
    return {
        "id": asking.id,
        "form": digest_of(asking.document),
        "kind": asking.kind,
        "releases": dict(counted),
        "asked": whole.asked,
        "answered": whole.answered,
        "cells": [[q, value, s.shown, s.withheld] for (q, value), s in sorted(whole.cells.items())],
        "sums": {question: decimal(total) for question, total in whole.totals.items()},
    }


def final_report(asking: Asking, members: Members, pictures: Pictures, town: Town) -> Effects:
    """What is said where the table stands when an inquiry is closed."""
    return reported(asking, members, pictures, to=place_of(asking), lang=town.language())
