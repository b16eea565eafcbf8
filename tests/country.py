"""Several towns, each with its own stage, people and database; what their Kairans post one another is carried.

The post may misbehave: see `Post`. For the people it is a Stage:
what is said in the shared room is heard in every town.
"""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bots.alliance import Member
from bots.events import UserId
from bridge.alliance.motion import adding, founding, introduction, moment, read_change
from bridge.alliance.roll import LIVES, Entry, quorum_for, read, written
from bridge.alliance.signing import Key, sign
from bridge.stage import START, TOWNS, Stage
from bridge.store import groups, motions, rolls, rooms
from bridge.store.members import Listed, put_in_force
from forms.text import Text

CODES = {"tsukuba": "082201", "nakatsu": "442038", "tama": "132241"}
ENGLISH = {"tsukuba": "Tsukuba", "nakatsu": "Nakatsu", "tama": "Tama"}


@dataclass
class Post:
    """What happens to a letter on its way. `twice`: each is delivered twice; `reversed_`: the last comes first;
    `held`: towns that get nothing until they are taken out (they are offline)."""

    twice: bool = False
    reversed_: bool = False
    held: frozenset = frozenset()


def listed(server, kind="municipality"):
    """A town of the stage as a member."""
    member = Member(
        server=server, bot=UserId(f"@kairan:{server}"), name=Text(ja=TOWNS[server], en=ENGLISH[server]),
        code=CODES[server], kind=kind, contact=f"joho@{server}.example.jp",
    )  # fmt: skip
    key = Key.of(server)
    return Listed(member=member, keys={key.id: key.public})


def entry(server, at):
    one = listed(server)
    return Entry(member=one.member, keys=one.keys, since=at)


def first_list(towns, at):
    """The list that these towns begin with, as if they had agreed on it."""
    entries = tuple(sorted((entry(town, at) for town in towns), key=lambda one: one.server))
    roll = replace(founding(entries[0], at), entries=entries, quorum=quorum_for(len(entries)), until=at + LIVES)
    document = written(roll)
    for town in towns:
        document = sign(document, town, Key.of(town))
    return read(document)


class Country:
    """`cast`: name → (role, town). `stores(n)` gives the n-th town's store (tests/stages.empty_store), or none.

    `alliance`: the towns that have a signed list from the start; without it all are members, and there is no list.
    """

    def __init__(
        self, folder: Path, cast, *, towns=("tsukuba", "nakatsu"), room="行政DX", stores=None, post=None, alliance=()
    ):
        self.towns, self.post = towns, post or Post()
        self.home = {name: server for name, (_, server) in cast.items()}
        self.stages = {}
        for n, town in enumerate(towns):
            inside = folder / town
            if stores is None:
                inside.mkdir(parents=True, exist_ok=True)
            store = stores(n) if stores else None
            self.stages[town] = Stage(inside, cast, room=room, store=store, server=town)
        for stage in self.stages.values():
            stage.meet([listed(town) for town in towns])
        self._waiting = []
        self.inside = {}  # who is in which room of a group
        self._newcomers = {}
        if alliance:
            self._unite(alliance)

    def _unite(self, alliance):
        roll = first_list(alliance, moment(START))
        for town, stage in self.stages.items():
            stage._do(lambda c, s=stage: put_in_force(c, s.town.neighbours, []))
            if town in alliance:
                stage._do(lambda c, s=stage: rolls.enforce(c, s.town, roll, START))

    def ask(self, newcomer, to):
        """As `kairan federation request --to`: looked up already. Its Kairan then looks for a list that names it."""
        stage, there = self.stages[newcomer], self.stages[to]
        introduced = introduction(entry(newcomer, moment(self.now)), stage.town.key)
        change = read_change(adding(introduced))
        there._do(lambda c: motions.keep(c, change, via=to, state="checked", now=self.now))
        self._newcomers[newcomer] = to

    def _fetch(self):
        """Newcomers, and who is behind, get lists from a member's web server."""
        found = False
        for town, stage in self.stages.items():
            for other, there in self.stages.items():
                if other != town and not {town, other} & self.post.held:
                    found = stage._do(partial(self._look, stage=stage, there=there, newcomer=town)) or found
        return found

    def _look(self, connection, *, stage, there, newcomer):
        offered = there._do(rolls.current)
        held = rolls.current(connection)
        if offered is None or (held is not None and held.version >= offered.version):
            return False
        if held is None or held.at(newcomer) is None:
            if newcomer not in self._newcomers:
                return False
            before = there._do(lambda c: rolls.at(c, offered.version - 1))
            news = rolls.trust(connection, stage.town, offered, before, stage.now)
            rolls.leave_news(connection, news or ())
            return news is not None
        following = there._do(lambda c: rolls.at(c, held.version + 1))
        return following is not None and rolls.take(connection, stage.town, following, stage.now)[0] == "next"

    def stage(self, who) -> Stage:
        return self.stages[self.home[who]]

    @property
    def now(self):
        return max(stage.now for stage in self.stages.values())

    def _at_once(self):
        for stage in self.stages.values():
            stage.now = self.now

    def say(self, who, text, *, room=None, replies_to=None):
        """In a shared room every town's Kairan hears it; directly, one's own."""
        self._at_once()
        own = self.stage(who).say(who, text, room=room, replies_to=replies_to)
        if room:
            for stage in self.stages.values():
                if stage is not self.stage(who):
                    stage.say(who, text, room=room)
        self._at_once()
        return own

    def send(self, who, name, content, **more):
        return self.stage(who).send(who, name, content, **more)

    def react(self, who, target, key):
        return self.stage(who).react(who, target, key)

    def edit(self, who, target, text):
        return self.stage(who).edit(who, target, text)

    def strike(self, who, target):
        return self.stage(who).strike(who, target)

    def leave(self, who):
        return self.stage(who).leave(who)

    def locate(self, who, *place):
        return self.stage(who).locate(who, *place)

    def restart(self):
        for stage in self.stages.values():
            stage.restart()

    def close(self):
        for stage in self.stages.values():
            stage.close()

    def tick(self):
        for stage in self.stages.values():
            stage.tick()

    def move(self, to):
        for stage in self.stages.values():
            stage.move(to)

    def sleep(self, to):
        for stage in self.stages.values():
            stage.sleep(to)

    def read(self):
        """[(town, what was said there)], until nothing more follows from what was posted."""
        said = []
        while True:
            for town, stage in self.stages.items():
                said += [(town, heard) for heard in stage.read()]
                self._collect(town, stage)
            cared = self._care()
            if not self._deliver() and not cared and not self._fetch():
                return said

    # -- what bridge/matrix/caretaker.py does where there are homeservers ----------------------------------------------

    def _care(self):
        """Every town's work in the rooms of groups; whoever is invited comes in at once. True where there was any."""
        any_ = False
        for stage in self.stages.values():
            for task in stage._store.do(lambda c, s=stage: groups.tasks(c, s.now, 50)):
                any_ = True
                group = stage._store.do(lambda c, t=task: groups.group_of(c, t.group))
                self._work(stage, task, group)
                stage._store.do(lambda c, t=task: groups.finish(c, t.id))
            stage.tick()
        return any_

    def _work(self, stage, task, group):
        room = f"!グループ {group.name}/{task.key}" if task.key else f"!グループ {group.name}"
        match task.work:
            case "make":
                stage._store.do(lambda c: groups.note_place(c, group.id, task.key, room, by=task.by))
                self._come(room, stage.bot)
            case "settle":
                for user in (*(f"@kairan:{s}" for s in group.servers), *group.stewards):
                    self._come(f"!グループ {group.name}", user)
            case "invite":
                self._come(room, task.target)
            case "enter":
                self._come(room, stage.bot)
            case "put_out" | "ban":
                for place in self.inside:
                    gone = {u for u in self.inside[place] if task.target in (u, u.partition(":")[2])}
                    self.inside[place] -= gone
                    for town in self.stages.values():
                        town._store.do(
                            lambda c, p=place, g=gone: [
                                rooms.set_member(c, p, user, membership="leave", name=None) for user in g
                            ]
                        )

    def _come(self, room, user):
        self.inside.setdefault(room, set()).add(user)
        for stage in self.stages.values():
            if stage.bot in self.inside[room]:
                stage._store.do(lambda c, s=stage: self._show(c, s, room))

    def _show(self, connection, stage, room):
        stage._room(connection, room, room[1:])
        for user in sorted(self.inside[room]):
            name = user[1:].partition(":")[0]
            rooms.set_member(connection, room, user, membership="join", name=name)

    def _collect(self, town, stage):
        for owner, part in stage.posted:
            to = owner.partition(":")[2] if owner else None
            self._waiting += [(town, t, part) for t in self.towns if t == to or (to is None and t != town)]
        stage.posted.clear()

    def _deliver(self):
        going = [one for one in self._waiting if not {one[0], one[1]} & self.post.held]
        self._waiting = [one for one in self._waiting if one not in going]
        if self.post.reversed_:
            going.reverse()
        for town, to, part in going:
            for _ in range(1 + self.post.twice):
                self.stages[to].receive(f"@kairan:{town}", part)
                self.stages[to].tick()
        return bool(going)
