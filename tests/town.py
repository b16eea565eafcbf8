"""One municipality's Kairan without Matrix: the real handling on a real database; only the wire is missing."""

import asyncio
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bots.all import BOTS
from bots.roles import Role
from bridge.alliance.signing import Key
from bridge.matrix.handling import Handling
from bridge.matrix.keeper import Keeper
from bridge.runtime import Runtime
from bridge.store import inbox, outbox, rooms
from bridge.store.desk import Municipality
from bridge.store.engine import Store, database_url
from bridge.store.neighbours import Neighbours
from bridge.store.sealing import unboxed
from bridge.store.tables import metadata

BOT = "@kairan:tsukuba"
NAMES = {"tsukuba": "つくば市", "nakatsu": "中津市"}
ROOM = "!dx"
START = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
CAST = {"hen": (Role.EDITOR, "tsukuba"), "sato": (Role.STAFF, "tsukuba"), "ono": (Role.RESIDENT, "nakatsu")}


@cache
def migrated():
    """A SQLite database with its schema, made once."""
    with TemporaryDirectory() as folder:
        store = Store(database_url("empty.db", Path(folder)))
        store.migrate()
        store.close()
        return (Path(folder) / "empty.db").read_bytes()


class Wire:
    """What handling asks of the homeserver: a file by its address."""

    user_id = BOT

    def __init__(self, files, notes):
        self.files, self.notes = files, notes

    async def note(self, kind):
        return self.notes.get(kind, {})

    async def set_note(self, kind, content):
        self.notes[kind] = content

    async def download(self, address, *, limit):
        return self.files[address][:limit]


class Town:
    """People are in the room 「行政DX」 and each in a direct room with the bot. What they do is handled at once."""

    def __init__(self, folder, *, database="town.db", bots=BOTS, zone="Asia/Tokyo", cast=CAST, crypto=None):
        self.url, self.bots, self.zone = database_url(database, folder), bots, ZoneInfo(zone)
        self.crypto = crypto
        self.users = {name: f"@{name}:{server}" for name, (_, server) in cast.items()}
        self.now, self.count, self.files, self.notes = START, 0, {}, {}
        if self.url.startswith("sqlite"):
            (folder / database).write_bytes(migrated())
        self.open()
        if self.store.behind():
            self.store.migrate()
        self.store.do(partial(self._furnish, cast=cast))

    def open(self):
        """As a process does that starts."""
        self.store = Store(self.url)
        town = Municipality(bot=BOT, server="tsukuba", zone=self.zone, language="ja", key=Key.of("tsukuba"),
                            neighbours=Neighbours("tsukuba", names=NAMES, allowed=NAMES))  # fmt: skip
        self.runtime = Runtime(town, self.bots, shortcuts=True)
        wire = Wire(self.files, self.notes)
        self.keeper = Keeper(wire, self.runtime.keys)
        self.handling = Handling(wire, self.crypto, self.store, self.runtime, lambda _touched: None)

    def close(self):
        self.store.close()

    def restart(self):
        self.close()
        self.open()

    def _furnish(self, connection, cast):
        self._room(connection, ROOM, list(self.users.values()), name="行政DX")
        for role, key in ((Role.STAFF, "staff"), (Role.EDITOR, "editors"), (Role.STEWARD, "stewards")):
            rooms.set_fact(connection, f"room:{key}", f"!{key}")
            self._room(connection, f"!{key}", [self.users[n] for n, (r, s) in cast.items() if r >= role], name=key)
        for name, user in self.users.items():
            rooms.want_direct(connection, user, "furnished")
            self._room(connection, f"!{name}", [user], encrypted=True)
            rooms.opened(connection, user, f"!{name}")

    @staticmethod
    def _room(connection, room, users, **described):
        rooms.entered(connection, room)
        if described:
            rooms.describe(connection, room, **described)
        for user in (BOT, *users):
            rooms.set_member(connection, room, user, membership="join", name=None)

    # -- what people do ----------------------------------------------------------------------------------------------

    def say(self, who, text, *, room=None, **content):
        """In the room with everybody, or in the direct room. Gives the event id."""
        return self.hear(who, "m.room.message", {"msgtype": "m.text", "body": text, **content}, room=room)

    def edit(self, who, target, text, *, room=None):
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": target}
        return self.say(who, f"* {text}", room=room, **{"m.new_content": new, "m.relates_to": relation})

    def react(self, who, target, key, *, room=None):
        relation = {"rel_type": "m.annotation", "event_id": target, "key": key}
        return self.hear(who, "m.reaction", {"m.relates_to": relation}, room=room)

    def strike(self, who, target, *, room=None):
        return self.hear(who, "m.room.redaction", {"redacts": target}, room=room)

    def attach(self, who, name, content):
        address = f"mxc://tsukuba/{len(self.files)}"
        self.files[address] = content
        return self.hear(who, "m.room.message", {"msgtype": "m.file", "body": name, "url": address})

    def hear(self, who, kind, content, *, room=None, **more):
        self.count += 1
        self.now += timedelta(seconds=1)
        raw = {"type": kind, "event_id": f"$e{self.count}", "sender": self.users[who], "content": content,
               "origin_server_ts": int(self.now.timestamp() * 1000), **more}  # fmt: skip
        self.deliver([raw], room or f"!{who}")
        return raw["event_id"]

    def deliver(self, raws, room):
        """Into the inbox, and handled."""
        found = [inbox.Incoming(raw["event_id"], room, raw["sender"], raw) for raw in raws]
        self.store.do(partial(inbox.record, events=found, now=self.now))
        self.handle()

    def handle(self):
        """Everything that waits, and what follows from it."""
        while waiting := self.store.do(inbox.rooms_with_work):
            for room in sorted(waiting):
                asyncio.run(self.handling.work(room))

    def tick(self, now=None):
        """What is due at this moment."""
        self.now = now or self.now
        for routine in self.runtime.routines:
            self._do(lambda c, routine=routine: self.runtime.tick(c, routine, self.now))
        self.handle()

    # -- what people see ---------------------------------------------------------------------------------------------

    def read(self):
        """Everything that is sent: (room, text) in order, room by room. Reactions are sent and left out."""
        return [(lane, body["text"]) for lane, body in self.send() if body["kind"] not in ("react", "burn")]

    def send(self):
        """(room, letter) of everything queued; each is then in the room under an event id derived from its own."""
        sent = self._do(self._send)
        for _, body in sent:
            if body["kind"] == "burn":
                asyncio.run(self.keeper.burn(body["key"]))
        return sent

    def _do(self, work):
        return asyncio.run(self.keeper.run(self.store, work))

    def _send(self, connection):
        sent = []
        for lane in sorted(outbox.lanes(connection)):
            while (letter := outbox.head(connection, lane)) is not None:
                body = unboxed(self.runtime.keys, letter.body)
                outbox.sent(connection, letter, f"${letter.txn}")
                if body is not None:
                    sent.append((lane, {**body, "event_id": f"${letter.txn}"}))
        return sent

    def dump(self):
        """{table: rows} of all that the database holds."""

        def rows(connection):
            return {
                table.name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }  # fmt: skip

        return self.store.do(rows)
