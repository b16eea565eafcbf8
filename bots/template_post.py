"""What municipalities tell one another about templates, and what follows from it here."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bots.bot import Done
from bots.call import Call
from bots.command import Effects, World, listener
from bots.effects import Effect, Person, Post, Say
from bots.events import Delivered, Signed
from bots.ports import Members, Seals
from bots.ports_template import Adoptions, Exchange, Templates
from bots.template_merging import municipality, rows
from bots.template_words import CAME, NONE_CAME, NOTE, NOTE_GONE, NOTE_HOW, REFUSED
from forms.mistake import Mistake
from forms.template import Ancestor, Template
from forms.template.document import UNREADABLE
from forms.text import Text, lines
from forms.writing.difference import differences

KIND = "template"
MOST_COPIES = 200
MOST_PARCELS = 5
LARGEST_PARCEL = 400_000
"""Characters of copies in one document: well inside what may travel, however much they grow as JSON."""
A_DAY = timedelta(days=1)


@listener
def post(
    call: Call,  # noqa: ARG001 - every listener gets one
    event: Delivered,
    templates: Templates,
    adoptions: Adoptions,
    exchange: Exchange,
    members: Members,
    seals: Seals,
) -> Effects | None:
    """Everything that another Kairan says about templates."""
    signed = event.signed
    match signed.kind:
        case "template":
            return _published(signed, templates, adoptions, members, seals)
        case "template.retract":
            return _retracted(signed, templates, adoptions, members)
        case "template.want":
            return _wanted(signed, exchange)
        case "template.copies":
            return _copies(signed, templates, adoptions, exchange, members, seals)
    return _about_use(signed, exchange, members)


def _about_use(signed: Signed, exchange: Exchange, members: Members) -> Effects | None:
    match signed.kind, signed.body:
        case "template.used", {"name": str(name)}:
            exchange.used(name, members.find(signed.signer))
            return ()
        case "template.users", {"counts": dict(counts)}:
            for name, count in list(counts.items())[:2000]:
                if isinstance(count, int) and 0 <= count < 10**5:
                    exchange.counted(signed.signer, name, count)
            return ()
    return None


def _published(signed: Signed, templates: Templates, adoptions: Adoptions, members: Members, seals: Seals) -> Effects:
    """By its author itself. Why one is refused is kept, and said to whoever wants to use it."""
    try:
        inner = _checked(signed.body.get("raw"), seals)
        if inner.signer != signed.signer:
            return ()
        return _taken_in(inner, templates, adoptions, members)
    except Mistake:
        return ()


def _checked(raw: object, seals: Seals) -> Signed:
    if not isinstance(raw, str):
        raise Mistake(UNREADABLE)
    found = seals.check(raw)
    if found.kind != KIND:
        raise Mistake(UNREADABLE)
    return found


def _taken_in(signed: Signed, templates: Templates, adoptions: Adoptions, members: Members) -> Effects:
    """Into the index; who uses an earlier version hears what is different. Raises Mistake where it is refused."""
    template = templates.keep(signed)
    if template is None or templates.newest(signed.signer, template.name) != template.version:
        return ()
    found = adoptions.adopters(signed.signer, template.name)
    who = municipality(members, signed.signer)
    return tuple(
        Say(text=_note(one.form, one.origin, templates, template, who), to=Person(one.who), calls=(one.who,))
        for one in found
        if one.origin.version < template.version
    )


def _note(form: str, origin: Ancestor, templates: Templates, template: Template, who: Text) -> Text:
    head = NOTE.fill(form=form, version=template.version, who=who)
    tail = NOTE_HOW.fill(form=form)
    try:
        before = templates.version(origin).template.form
    except Mistake:
        return lines(head, tail)
    return lines(head, *rows(differences(before, template.form)), tail)


def _retracted(signed: Signed, templates: Templates, adoptions: Adoptions, members: Members) -> Effects:
    match signed.body:
        case {"name": str(name), "version": int(version)} if 0 < version < 10**6 and len(name) <= 64:
            if not templates.withdraw(signed.signer, name, version):
                return ()
            who = municipality(members, signed.signer)
            found = adoptions.adopters(signed.signer, name)
            return tuple(Say(text=NOTE_GONE.fill(form=a.form, who=who), to=Person(a.who)) for a in found)
    return ()


def _wanted(signed: Signed, exchange: Exchange) -> Effects:
    """All that we wrote or use and that is new there: also what others wrote, who may be away."""
    match signed.body:
        case {"known": list(named)} | {"marks": list(named)} if exchange.serve(signed.signer):
            told = [one for one in named if isinstance(one, str)]
        case _:
            return ()
    some = "marks" in signed.body
    copies = exchange.marked(told, MOST_COPIES) if some else exchange.copies(told, MOST_COPIES)
    parcels = _parcels(copies)
    return tuple(
        Post(kind="template.copies", body={"raws": raws, "more": len(parcels) - n}, to=signed.signer)
        for n, raws in enumerate(parcels, 1)
    )


def _parcels(copies: Sequence[str]) -> list[list[str]]:
    """One at least, that says there is nothing."""
    parcels: list[list[str]] = [[]]
    for one in copies:
        if parcels[-1] and sum(map(len, parcels[-1])) + len(one) > LARGEST_PARCEL:
            parcels.append([])
        parcels[-1].append(one)
    return parcels[:MOST_PARCELS]


def _copies(
    signed: Signed, templates: Templates, adoptions: Adoptions, exchange: Exchange, members: Members, seals: Seals
) -> Effects:
    """What we asked for; each is checked by its own author's signature, whoever brings it."""
    raws, more = signed.body.get("raws"), signed.body.get("more", 0)
    asked = exchange.expecting(signed.signer, more=type(more) is int and more > 0)
    if asked is None or not isinstance(raws, list):
        return ()
    refused: Counter[Text] = Counter()
    came, notes = 0, list[Effect]()
    for raw in raws[:MOST_COPIES]:
        try:
            notes += _taken_in(_checked(raw, seals), templates, adoptions, members)
            came += 1
        except Mistake as mistake:
            refused[mistake.text] += 1
    who = municipality(members, signed.signer)
    head = CAME.fill(who=who, count=came) if came else NONE_CAME.fill(who=who)
    said = lines(head, *(REFUSED.fill(count=n, why=why) for why, n in refused.most_common(3)))
    return (*(Say(text=said, to=Person(user)) for user in asked), *notes)


def due_counts(now: datetime, world: World) -> Sequence[Done]:
    """Once a day at most, how many use each of ours: a number, from which nobody can tell who came when."""
    members: Members = world(Members)
    exchange: Exchange = world(Exchange)
    counts: dict[str, Any] = dict(exchange.to_tell(now - A_DAY))
    if not counts or not members.all():
        return ()
    own = members.me().server
    for name, count in counts.items():
        exchange.counted(own, name, count)
    post_ = Post(kind="template.users", body={"counts": counts}, to=None)
    return (Done(id=f"template-users:{now.isoformat()}", effects=(post_,)),)
