"""bots.ports_alliance: motions, votes and the list, for this caller, in this transaction."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bots.alliance import Motion, News, Outcome, Standing
from bots.effects import Post
from bots.events import RoomId, Signed
from bots.roles import Role
from bridge.alliance.motion import Change, deciding, fits, from_moment, moment, read_change, removing, voters
from bridge.alliance.parcel import sealed
from bridge.alliance.roll import NoRoll, Roll, read
from bridge.store import motions, rolls, rooms
from bridge.store.council_desk import CouncilDesk
from bridge.store.desk import Desk
from bridge.store.members import ALONE, MemberDesk, plain
from forms.mistake import Mistake
from forms.text import Text

NO_MOTION = Text(
    ja="「{words}」についての、投票できる申請や提案はありません。「!federation requests」で一覧を確かめてください。",
    en="There is nothing to vote on about “{words}”. “!federation requests” lists what there is.",
)
NOT_OURS = Text(
    ja="この提案には、この自治体は投票できません（自分のことには投票しません）。",
    en="This municipality may not vote on that: nobody votes on themselves.",
)
NOT_OURSELVES = Text(
    ja="自分の自治体は外せません。連合を抜けるには「!federation leave」を使ってください。",
    en="One does not remove oneself. To leave the alliance, use “!federation leave”.",
)
TOO_MANY = Text(
    ja="加入自治体は {count} です。それ以下の数を書いてください。",
    en="There are {count} members. Please give a number up to that.",
)
ONLY_ONE = Text(ja="連合に、ほかの自治体はありません。", en="There is no other municipality in the alliance.")
STALE = Text(
    ja="連合の名簿が有効でないため、いまは変更できません。「!federation status」で確かめてください。",
    en="The alliance's list is not valid, so nothing can be changed now. See “!federation status”.",
)


class AllianceDesk:
    """bots.ports_alliance.Alliance."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db, self._town = desk, desk.connection, desk.town

    # -- looking -----------------------------------------------------------------------------------------------------

    def standing(self) -> Standing:
        self._desk.need(Role.STAFF)
        held = rolls.current(self._db)
        trouble = rolls.trouble_with(held, self._town, self._desk.at)
        if held is None:
            return Standing(trouble=trouble)
        return Standing(
            trouble=trouble,
            version=held.version,
            issued=from_moment(held.issued),
            until=from_moment(held.until),
            quorum=held.quorum,
            members=tuple(one.member for one in held.present(moment(self._desk.at))),
            rival=rolls.has_rival(self._db),
        )

    def motions(self) -> Sequence[Motion]:
        self._desk.need(Role.STAFF)
        held = rolls.current(self._db)
        if held is None:
            return ()
        return [motions.described(self._db, one, held) for one in motions.open_ones(self._db, held, self._desk.at)]

    def stewards(self) -> RoomId | None:
        found = rooms.facts(self._db).get("room:stewards")
        return None if found is None else RoomId(found)

    # -- voting ------------------------------------------------------------------------------------------------------

    def vote(self, words: str, *, approve: bool) -> tuple[Motion, Outcome]:
        self._desk.need(Role.STEWARD)
        held = self._valid()
        change = self._about(words, held)
        if self._town.server not in voters(change, held):
            raise Mistake(NOT_OURS)
        outcome = self._voted(change, approve=approve)
        return motions.described(self._db, change, held), outcome

    def revoke(self, words: str) -> tuple[Motion, Outcome]:
        self._desk.need(Role.STEWARD)
        held = self._valid()
        member = MemberDesk(self._desk).find(words)
        entry = held.at(member.server)
        if entry is None or entry.server == self._town.server:
            raise Mistake(NOT_OURSELVES)
        change = self._already("remove", member.server, held)
        moved = Outcome()
        if change is None:
            change = read_change(removing(entry, moment(self._desk.at)))
            moved = self._moved(change)
        outcome = moved + self._voted(change, approve=True)
        return motions.described(self._db, change, held), outcome

    def decide(self, quorum: int) -> tuple[Motion, Outcome]:
        self._desk.need(Role.STEWARD)
        held = self._valid()
        change = read_change(deciding(quorum, moment(self._desk.at)))
        if not fits(change, held, moment(self._desk.at)):
            raise Mistake(TOO_MANY.fill(count=len(held.entries)))
        outcome = self._moved(change) + self._voted(change, approve=True)
        return motions.described(self._db, change, held), outcome

    def leave(self) -> Outcome:
        self._desk.need(Role.STEWARD)
        held = self._valid()
        entry = held.at(self._town.server)
        if entry is None or len(held.entries) == 1:
            raise Mistake(ONLY_ONE)
        change = read_change(removing(entry, moment(self._desk.at), leaving=True))
        return self._moved(change) + self._voted(change, approve=True)

    def _valid(self) -> Roll:
        held = rolls.current(self._db)
        trouble = rolls.trouble_with(held, self._town, self._desk.at)
        if held is None or trouble in ("alone", "out"):
            raise Mistake(ALONE)
        if trouble != "none":
            raise Mistake(STALE)
        return held

    def _about(self, words: str, held: Roll) -> Change:
        wanted = plain(words)
        for change in reversed(motions.open_ones(self._db, held, self._desk.at)):
            entry = change.entry or held.at(change.server)
            member = entry.member if entry else None
            names = (change.server, change.id[:8], *((member.name.ja, member.name.en, member.code) if member else ()))
            if wanted and wanted in (plain(name) for name in names):
                return change
        raise Mistake(NO_MOTION.fill(words=words[:64]))

    def _already(self, kind: str, server: str, held: Roll) -> Change | None:
        found = motions.open_ones(self._db, held, self._desk.at)
        return next((one for one in found if one.kind == kind and one.server == server), None)

    def _moved(self, change: Change) -> Outcome:
        motions.keep(self._db, change, via=self._town.server, state="open", now=self._desk.at, limited=False)
        return Outcome(posts=(Post(kind="motion", body={"change": change.document}, to=None),))

    def _voted(self, change: Change, *, approve: bool) -> Outcome:
        """Our vote, kept as it travels; the signature is the same as the others get to see."""
        body = {"motion": change.id, "choice": "approve" if approve else "refuse"}
        ours = sealed("vote", body, server=self._town.server, key=self._town.key, at=self._desk.at)
        motions.keep_vote(self._db, ours, self._desk.at)
        said = Outcome(posts=(Post(kind="vote", body=body, to=None),))
        return said + self._council().advance()

    def _council(self) -> CouncilDesk:
        return CouncilDesk(self._db, self._town, self._desk.at)

    # -- what others send --------------------------------------------------------------------------------------------

    def heard(self, signed: Signed) -> Outcome | None:
        hearing: dict[str, Callable[[Signed], Outcome]] = {
            "motion": self._heard_motion,
            "vote": self._heard_vote,
            "roll": self._heard_roll,
            "council": lambda found: self._council().heard(found.signer, found.body),
        }
        return hearing[signed.kind](signed) if signed.kind in hearing else None

    def _heard_motion(self, signed: Signed) -> Outcome:
        held = rolls.current(self._db)
        try:
            change = read_change(signed.body.get("change"))
        except NoRoll:
            return Outcome()
        if held is None or not fits(change, held, moment(self._desk.at)):
            return Outcome()
        if not motions.keep(self._db, change, via=signed.signer, state="open", now=self._desk.at):
            motions.set_open(self._db, change.id)
            return Outcome()
        news = News(kind="moved", motion=motions.described(self._db, change, held))
        return Outcome(news=(news,)) + self._council().advance()

    def _heard_vote(self, signed: Signed) -> Outcome:
        held = rolls.current(self._db)
        if held is None or not motions.keep_vote(self._db, signed, self._desk.at):
            return Outcome()
        voted = [one for one in motions.open_ones(self._db, held, self._desk.at) if one.id == signed.body["motion"]]
        entry = held.at(signed.signer)
        news = tuple(
            News(kind="voted", name=entry.member.name, choice=str(signed.body["choice"]),
                 motion=motions.described(self._db, one, held))
            for one in voted if entry is not None
        )  # fmt: skip
        return Outcome(news=news) + self._council().advance()

    def _heard_roll(self, signed: Signed) -> Outcome:
        try:
            offered = read(signed.body.get("list") or {})
        except NoRoll:
            return Outcome()
        return Outcome(news=tuple(rolls.take(self._db, self._town, offered, self._desk.at)[1]))

    # -- what time brings --------------------------------------------------------------------------------------------

    def due(self, now: datetime) -> Sequence[tuple[str, Outcome]]:
        self._desk = replace(self._desk, at=now)
        shown = rolls.take_shown(self._db, self._town, now)
        rolls.leave_news(self._db, shown)
        was, trouble = rolls.settled(self._db, self._town, now)
        held = rolls.current(self._db)
        if held is None:
            return ()
        found = []
        if (news := rolls.take_news(self._db)) is not None:
            found.append((f"news {held.id} {moment(now)}", Outcome(news=news)))
        if was is not None and was != trouble and trouble in ("old", "early", "none") and was != "out":
            kind = "well" if trouble == "none" else trouble
            found.append((f"standing {kind} {held.id} {moment(now)}", Outcome(news=(News(kind=kind),))))
        if trouble == "none":
            found += self._wanted_here(held)
            found += self._checked(held, now)
            found += self._repeated(held, now)
            found.append((f"council {held.id} {moment(now)}", self._council().advance()))
        return [(name, outcome) for name, outcome in found if outcome != Outcome()]

    def _wanted_here(self, held: Roll) -> list[tuple[str, Outcome]]:
        """What the operator asked for at the shell."""
        raw = rooms.facts(self._db).get(rolls.TO_MOVE)
        change = None if raw is None else read_change(json.loads(raw))
        if change is None or (change.keys is not None and self._town.key.public not in change.keys.values()):
            return []  # the key that we sign with must stay on the list until we are started with another
        rooms.drop_fact(self._db, rolls.TO_MOVE)
        already = next((one for one in motions.open_ones(self._db, held, self._desk.at) if _same(one, change)), None)
        entry = held.at(change.server)
        is_so = change.keys is not None and entry is not None and dict(entry.keys) == dict(change.keys)
        if already is not None or is_so or not fits(change, held, moment(self._desk.at)):
            return []
        moved = self._moved(change)
        news = Outcome(news=(News(kind="moved", motion=motions.described(self._db, change, held)),))
        return [(f"motion {change.id}", moved + news + self._voted(change, approve=True))]

    def _repeated(self, held: Roll, now: datetime) -> list[tuple[str, Outcome]]:
        """Newcomers did not hear what was moved and voted before they came: each repeats what is its own."""
        when = rooms.facts(self._db).get(rolls.TO_REPEAT)
        if when is None or moment(now) < int(when):
            return []
        rooms.drop_fact(self._db, rolls.TO_REPEAT)
        posts: list[Post] = []
        for change in motions.open_ones(self._db, held, now):
            if motions.brought_by(self._db, change) == self._town.server:
                posts.append(Post(kind="motion", body={"change": change.document}, to=None))
            ours = motions.votes_on(self._db, change).get(self._town.server)
            if ours is not None:
                posts.append(Post(kind="vote", body={"motion": change.id, "choice": ours[0]}, to=None))
        return [(f"repeat {held.id}", Outcome(posts=tuple(posts)))]

    def _checked(self, held: Roll, now: datetime) -> list[tuple[str, Outcome]]:
        """Who asked us to join, and whose server said so too: now all members hear of it."""
        found = []
        for change, _ in motions.in_state(self._db, "checked", now):
            if not fits(change, held, moment(now)):
                motions.drop(self._db, change.id)
                continue
            motions.set_state(self._db, change.id, "open")
            news = (News(kind="moved", motion=motions.described(self._db, change, held)),)
            posts = (Post(kind="motion", body={"change": change.document}, to=None),)
            found.append((f"motion {change.id}", Outcome(posts=posts, news=news)))
        return found


def _same(one: Change, other: Change) -> bool:
    return (one.kind, one.server, one.keys) == (other.kind, other.server, other.keys)
