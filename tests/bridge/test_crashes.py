"""The power may fail at any statement: what is kept and what is said is as if it had not."""

import sqlite3
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bridge.test_runtime import FORM
from tests.town import ROOM, START, Town

pytestmark = pytest.mark.heavy

COMMANDS = (
    "!form publish kyushoku by 明日 17:00", "!form status kyushoku", "!form results kyushoku", "!form remind kyushoku",
    "!form close kyushoku", "!form reopen kyushoku by 明日 18:00", "!digest every 平日 at 9:00", "!digest now",
    "!remind room 3時間後 会議", "!remind me 1時間後 電話",
    "!form delete kyushoku", "はい", "!form export csv kyushoku",
)  # fmt: skip
WORDS = (
    "1",
    "2",
    "3人",
    "20",
    "なし",
    "戻る",
    "一覧",
    "修正 1",
    "送信",
    "保存",
    "再開",
    "お知らせ停止",
    "English",
    "hello",
)
WHO = st.sampled_from(["hen", "sato", "ono"])
STEPS = st.one_of(
    st.tuples(st.just("say"), WHO, st.sampled_from(WORDS)),
    st.tuples(st.just("say"), WHO, st.sampled_from(WORDS)),
    st.tuples(st.just("say"), WHO, st.sampled_from(WORDS)),
    st.tuples(st.just("order"), WHO | st.just("hen"), st.sampled_from(COMMANDS)),
    st.tuples(st.just("edit"), WHO, st.integers(1, 12), st.sampled_from(WORDS)),
    st.tuples(st.just("strike"), WHO, st.integers(1, 12)),
    st.tuples(st.just("react"), WHO, st.integers(1, 6), st.sampled_from(["1️⃣", "2️⃣", "👍"])),
    st.tuples(st.just("leave"), st.sampled_from(["sato", "ono"])),
    st.tuples(st.just("tick"), st.integers(0, 30)),
    st.tuples(st.just("send"), st.just(None)),
)


class PowerCut(BaseException):
    """Nothing catches it: the process is gone."""


class Cursor(sqlite3.Cursor):
    """Tells of each statement before it runs."""

    def execute(self, statement, *values):
        if not statement.startswith("PRAGMA"):
            self.connection.before()
        return super().execute(statement, *values)


class Telling(sqlite3.Connection):
    """Whoever speaks to the database does so through a cursor."""

    def cursor(self):
        return super().cursor(Cursor)

    def execute(self, *given):
        return self.cursor().execute(*given)


class Shaky:
    """A town in which the power fails before each statement whose number is in `cuts`; then it starts again."""

    def __init__(self, folder, cuts=()):
        self.town = Town(folder)
        self.town.say("hen", f"!form load\n{FORM}")
        self.town.say("hen", "!form publish kyushoku by 明日 17:00", room=ROOM)
        self.cuts, self.statements, self.failures, self.said = set(cuts), 0, 0, []
        self._watch()

    def _watch(self):
        self.town.store.reopen()
        sa.event.listen(self.town.store._engine, "do_connect", lambda *given: given[3].update(factory=Telling))
        sa.event.listen(self.town.store._engine, "connect", self._connected)

    def _connected(self, connection, _record):
        connection.before = self._count

    def _count(self):
        self.statements += 1
        if self.statements in self.cuts:
            raise PowerCut

    def surely(self, work):
        """Again and again, as the homeserver and the clock do, until it is done."""
        while True:
            try:
                return work()
            except PowerCut:
                self.failures += 1
                self.town.restart()
                self._watch()

    def play(self, number, step):
        kind, who, *rest = step
        town = self.town
        now = START + timedelta(minutes=number)
        if kind == "tick":
            for routine in range(len(town.runtime.routines)):
                due = partial(self._tick, routine=routine, moment=now + timedelta(hours=who))
                self.surely(lambda due=due: town.store.do(due))
        elif kind == "send":
            self.said += self.surely(self.town.send)
        else:
            raw, room = self._event(number, now, kind, who, rest)
            self.surely(lambda: self.town.deliver([raw], room))
        self.surely(self.town.handle)

    def _tick(self, connection, routine, moment):
        return self.town.runtime.tick(connection, self.town.runtime.routines[routine], moment)

    def _event(self, number, now, kind, who, rest):
        content, more, room = {}, {}, ROOM if kind == "order" else f"!{who}"
        event = "m.room.message"
        if kind in ("say", "order"):
            content = {"msgtype": "m.text", "body": rest[0]}
        elif kind == "edit":
            relation = {"rel_type": "m.replace", "event_id": f"$s{rest[0]}"}
            content = {"msgtype": "m.text", "body": "*", "m.new_content": {"msgtype": "m.text", "body": rest[1]},
                       "m.relates_to": relation}  # fmt: skip
        elif kind == "strike":
            event, content = "m.room.redaction", {"redacts": f"$s{rest[0]}"}
        elif kind == "react":
            asked = [body["event_id"] for lane, body in self.said if lane == room and body["kind"] == "say"]
            target = asked[-rest[0]] if len(asked) >= rest[0] else "$none"
            event, content = (
                "m.reaction",
                {"m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": rest[1]}},
            )
        else:
            event, content, more = "m.room.member", {"membership": "leave"}, {"state_key": self.town.users[who]}
        raw = {"type": event, "event_id": f"$s{number}", "sender": self.town.users[who], "content": content,
               "origin_server_ts": int(now.timestamp() * 1000), **more}  # fmt: skip
        return raw, room


def outcome(folder, steps, cuts=()):
    """(database, everything sent, statements, failures) after these steps."""
    shaky = Shaky(folder, cuts)
    try:
        for number, step in enumerate(steps, 1):
            shaky.play(number, step)
        shaky.said += shaky.surely(shaky.town.send)
        statements = shaky.statements
        shaky.cuts = set()
        return shaky.town.dump(), shaky.said, statements, shaky.failures
    finally:
        shaky.town.close()


def both(steps, choose):
    with TemporaryDirectory() as calm, TemporaryDirectory() as rough:
        wanted = outcome(Path(calm), steps)
        found = outcome(Path(rough), steps, choose(wanted[2]))
        assert found[3] > 0, "the power never failed"
        assert found[1] == wanted[1]
        assert found[0] == wanted[0]


SOME = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


@SOME
@given(steps=st.lists(STEPS, min_size=3, max_size=14), places=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_wherever_the_power_fails_the_end_is_the_same(steps, places):
    both(steps, lambda statements: {1 + int(place * (statements - 1)) for place in places})


def test_the_power_may_fail_all_over_an_ordinary_day():
    day = [("say", "sato", "1"), ("say", "sato", "2"), ("send", None), ("say", "sato", "なし"), ("say", "sato", "送信"),
           ("leave", "ono"), ("tick", 5), ("order", "hen", "!form close kyushoku"), ("send", None)]  # fmt: skip
    with TemporaryDirectory() as calm:
        wanted = outcome(Path(calm), day)
    for part in range(0, 61, 12):  # further apart than the longest transaction is long, or it would never end
        cuts = range(1 + part, 999, 61)
        with TemporaryDirectory() as rough:
            found = outcome(Path(rough), day, cuts)
        assert found[3] > 2
        assert (found[1], found[0]) == (wanted[1], wanted[0])
