"""What municipalities tell one another about inquiries, and what falls due: reminders, and the table that fills live.

Whatever comes is hostile until it is judged (forms/inquiry_outcomes.py): nothing here believes a clock or a count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from bots.bot import Done
from bots.call import Call
from bots.command import Effects, World, listener
from bots.effects import Post, Rewrite, Say
from bots.events import Delivered
from bots.inquiry_records import Asked, Asking, Filed, Table, wakes
from bots.inquiry_show import KINDS, called, names, place_of, states, table
from bots.moments import moment
from bots.ports import Members, Town
from bots.ports_inquiry import Inquiries
from forms.inquiry import PATIENCE, Body, Told, digest_of, runnable
from forms.inquiry_outcomes import OUTCOMES, Came, Case, judged_inquiry, judged_release
from forms.printable import cut
from forms.text import Text, lines

CAME = Text(
    ja="{asker}から照会が届きました（照会{number}、{kind}）。\n「{title}」 締切: {deadline}\n"
    "内容: !inquiry show {number}\n受ける: !inquiry accept {number}　辞退する: !inquiry decline {number} 理由",
    en="{asker} sends an inquiry (number {number}, {kind}).\n“{title}”, until {deadline}\n"
    "Look: !inquiry show {number}\nTake it: !inquiry accept {number}  Decline: !inquiry decline {number} REASON",
)
ENDED = Text(ja="{asker}が照会{number}「{title}」を終了しました。", en="{asker} closed inquiry {number}, “{title}”.")
PLEA = Text(
    ja="{asker}が照会{number}「{title}」の回答を待っています。締切: {deadline}",
    en="{asker} is waiting for inquiry {number}, “{title}”, due {deadline}.",
)
PLEADED = Text(
    ja="照会{number}: まだ回答のない{n}団体に知らせました。", en="Inquiry {number}: {n} members were reminded."
)
WARNED = Text(ja="照会{number}、{name}: {said}", en="Inquiry {number}, {name}: {said}")
BETWEEN_PLEAS = timedelta(hours=12)
MOST_PEOPLE = 10_000_000
TOLD: frozenset[str] = frozenset(get_args(Told)) - {"sent"}


@listener
def on_post(call: Call, event: Delivered, inquiries: Inquiries, members: Members) -> Effects | None:
    """All that comes about inquiries; None for what is no business of this bot."""
    kind, id_ = event.signed.kind, event.signed.body.get("id")
    if not kind.startswith("inquiry"):
        return None
    if not isinstance(id_, str) or not 0 < len(id_) <= 64:
        return ()
    if kind == "inquiry":
        return _inquired(call, event, inquiries, members)
    if kind in ("inquiry-closed", "inquiry-plea"):
        asked = inquiries.theirs(event.signed.signer, id_)
        if asked is None or asked.closed_at is not None:
            return ()
        return _about_theirs(call, kind, asked, inquiries, members)
    asking, heard = inquiries.ours(id_), {"inquiry-state": _state, "inquiry-release": _release}.get(kind)
    return () if asking is None or heard is None else heard(call, event, asking, inquiries, members)


# -- where it is asked -------------------------------------------------------------------------------------------------


def _inquired(call: Call, event: Delivered, inquiries: Inquiries, members: Members) -> Effects:
    body, asker = event.signed.body, event.signed.signer
    document, needs, kind = body.get("form"), body.get("needs"), body.get("kind")
    if not isinstance(document, str) or type(needs) is not int or not isinstance(kind, str):
        return ()
    known = inquiries.theirs(asker, body["id"])
    form = runnable(document, needs) if kind in KINDS else None
    deadline = _moment(body.get("by"))
    digest = digest_of(document)
    case = judged_inquiry(
        form=form,
        deadline=deadline,
        now=call.at,
        known=None if known is None else digest_of(known.document),
        digest=digest,
        waiting=inquiries.waiting(asker),
    )
    name = called(asker, names(members))
    if OUTCOMES[case].done not in ("taken", "marked") or form is None or deadline is None:
        return _not_taken(case, body["id"], asker, name, inquiries)
    asked = inquiries.receive(
        Asked(
            number=0, id=body["id"], document=document, form=form, kind="one" if kind == "one" else "totals",
            deadline=deadline, at=call.at, asker=asker, said=1,
        )
    )  # fmt: skip
    said = [CAME.fill(**_words(asked, name, call), kind=KINDS[asked.kind])]
    said += [words] if (words := OUTCOMES[case].said) else []
    return (_state_post(asked.id, asker, "received"), *_to_stewards(inquiries, lines(*said)))


def _moment(value: object) -> datetime | None:
    if type(value) is not int or not 0 < value < 253_370_764_800_000:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)


def _not_taken(case: Case, id_: str, asker: str, name: Text, inquiries: Inquiries) -> Effects:
    words = OUTCOMES[case].said
    said = _to_stewards(inquiries, words.fill(asker=name)) if words else ()
    if case in ("inquiry-again", "inquiry-changed"):
        return said
    state: Told = "unable" if case == "cannot-run" else "declined"
    return (_state_post(id_, asker, state, reason=case), *said)


def _state_post(id_: str, asker: str, state: Told, *, reason: str = "") -> Post:
    return Post(
        kind="inquiry-state", body={"id": id_, "n": 1, "state": state, "reason": reason, "asked": None}, to=asker
    )


def _to_stewards(inquiries: Inquiries, text: Text) -> Effects:
    place = inquiries.stewards()
    return () if place is None else (Say(text=text, to=place),)


def _words(asked: Asked, name: Text, call: Call) -> dict[str, object]:
    title = Text(ja=cut(asked.form.title.ja, 80), en=cut(asked.form.title.en, 80))
    when = moment(asked.deadline, call.zone, call.at)
    return {"asker": name, "number": asked.number, "title": title, "deadline": when}


def _about_theirs(call: Call, kind: str, asked: Asked, inquiries: Inquiries, members: Members) -> Effects:
    words = _words(asked, called(asked.asker, names(members)), call)
    if kind == "inquiry-closed":
        inquiries.keep(replace(asked, closed_at=call.at, draft=None, draft_by=None))
        return _to_stewards(inquiries, ENDED.fill(**words))
    over = asked.told in ("released", "declined")
    if over or (asked.pleaded_at is not None and call.at - asked.pleaded_at < BETWEEN_PLEAS):
        return ()
    inquiries.keep(replace(asked, pleaded_at=call.at))
    return _to_stewards(inquiries, PLEA.fill(**words))


# -- where it was sent from --------------------------------------------------------------------------------------------


def _with(asking: Asking, body: Body) -> Asking:
    return replace(asking, bodies=tuple(body if one.server == body.server else one for one in asking.bodies))


def _state(_call: Call, event: Delivered, asking: Asking, inquiries: Inquiries, _members: Members) -> Effects:
    """How far a municipality says it is. Only what it said later than all we heard counts."""
    said: Mapping[str, Any] = event.signed.body
    body = asking.body(event.signed.signer)
    if body is None:
        return ()
    if asking.closed_at is not None:
        return (_over(asking, body.server),)
    n, state, asked, reason = (said.get(name) for name in ("n", "state", "asked", "reason"))
    if type(n) is not int or not body.said < n < 10_000 or state not in TOLD:
        return ()
    people = asked if type(asked) is int and 0 <= asked <= MOST_PEOPLE else None
    words = cut(reason, 200) if isinstance(reason, str) else ""
    told: Told = state
    inquiries.keep(_with(asking, replace(body, told=told, said=n, reason=words, asked=people)))
    return ()


def _over(asking: Asking, server: str) -> Post:
    """It may not have heard that we closed: what is sent to two may arrive at one."""
    return Post(kind="inquiry-closed", body={"id": asking.id}, to=server)


def _release(call: Call, event: Delivered, asking: Asking, inquiries: Inquiries, members: Members) -> Effects:
    signed = event.signed
    came = Came(body=signed.body, seal=signed.id, signed_at=signed.at, heard_at=call.at)
    body = asking.body(signed.signer)
    case, released = judged_release(
        came,
        body,
        form=asking.form,
        digest=digest_of(asking.document),
        kind=asking.kind,
        deadline=asking.deadline,
        is_open=asking.closed_at is None,
    )
    outcome = OUTCOMES[case]
    if body is None or outcome.done == "ignored":
        return ()
    if released is not None and outcome.done != "refused":
        inquiries.file(asking, Filed(server=body.server, version=released.version, raw=signed.raw))
    if outcome.done == "kept":
        return ()
    if outcome.done in ("taken", "marked"):
        warning = case if outcome.done == "marked" else ""
        taken = replace(body, released=released, released_at=call.at, seal=signed.id, warning=warning)
        inquiries.keep(_with(asking, taken))
        return ()
    return _refused(case, asking, body, inquiries, members)


def _refused(case: Case, asking: Asking, body: Body, inquiries: Inquiries, members: Members) -> Effects:
    """Said once, not at every attempt."""
    back = (_over(asking, body.server),) if case == "closed" else ()
    if body.warning == case:
        return back
    inquiries.keep(_with(asking, replace(body, warning=case)))
    words = {"number": asking.number, "name": called(body.server, names(members)), "said": OUTCOMES[case].said}
    return (*back, Say(text=WARNED.fill(**words), to=place_of(asking)))


# -- what falls due ----------------------------------------------------------------------------------------------------


def due_pleas(now: datetime, world: World) -> Sequence[Done]:
    """Those who are late are reminded; what was missed while we were down, once."""
    inquiries = world(Inquiries)
    return [_pleas(asking, inquiries, world(Members), now) for asking in inquiries.waking(now)]


def _pleas(asking: Asking, inquiries: Inquiries, members: Members, now: datetime) -> Done:
    done = f"inquiry:{asking.number}:wake:{inquiries.woken(asking, now)}"
    pleading = [plea for at, plea in wakes(asking.at, asking.deadline, PATIENCE) if at <= now][-1:]
    if pleading != [True]:
        return Done(done, ())
    missing = [b.server for b, state in states(asking, names(members), now) if state in MISSING]
    posts = tuple(Post(kind="inquiry-plea", body={"id": asking.id}, to=server) for server in missing)
    said = Say(text=PLEADED.fill(number=asking.number, n=len(missing)), to=place_of(asking))
    return Done(done, (*posts, said) if missing else ())


MISSING = frozenset({"sent", "offline", "received", "asking", "late"})


def due_tables(now: datetime, world: World) -> Sequence[Done]:
    """Tables that no longer show the truth."""
    inquiries = world(Inquiries)
    return [_rewritten(one, inquiries, now, world) for one in inquiries.tables(now)]


def _rewritten(live: Table, inquiries: Inquiries, now: datetime, world: World) -> Done:
    asking = live.asking
    text, html = table(asking, names(world(Members)), now=now, zone=world(Town).zone())
    inquiries.written(live, now)
    key = f"inquiry:{asking.number}:{live.generation}"
    said = Say(text=text, html=html, to=place_of(asking))
    return Done(f"{key}:{live.edits}" if live.edits else key, (Rewrite(first=key if live.edits else None, say=said),))
