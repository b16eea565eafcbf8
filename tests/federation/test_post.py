"""Two real Kairans on two real homeservers: signed documents cross, encrypted, whole and once, also through kills."""

import asyncio
import hashlib
import re
import secrets
import signal
from functools import partial

import pytest

from bots.alliance import Member
from bots.effects import Post
from bots.events import RoomId, UserId
from bridge import clock
from bridge.alliance.parcel import sealed
from bridge.config import read_config
from bridge.letters import Occasion, Touched, Writer
from bridge.store.desk import municipality
from bridge.store.engine import Store, database_url
from bridge.store.members import Listed, put_in_force
from bridge.store.outbox import txn
from bridge.store.sealing import Keyring
from forms.text import same
from tests.federation.kairan import Kairan, eventually

pytestmark = pytest.mark.lab


class Town(Kairan):
    """A Kairan that permits nobody but the alliance."""

    def __init__(self, lab, folder, key, stewards=()):
        super().__init__(lab, folder)
        self.homeserver = lab.homeservers[key]
        own = f"kairan_{secrets.token_hex(3)}"  # the homeservers serve other tests, and other bots, too
        self.bot = f"@{own}:{self.homeserver.server_name}"
        self.homeserver.write_kairan(folder, stewards=list(stewards))
        text = self.config.read_text("utf-8").replace("#kairan_", f"#{own}_").replace('"kairan"', f'"{own}"')
        self.config.write_text(re.sub(r"^allow = .*$", "allow = []", text, flags=re.MULTILINE), "utf-8")

    def listed(self):
        key = read_config(self.config).key
        server = self.homeserver.server_name
        member = Member(
            server=server, bot=UserId(self.bot), name=same(server), code="", kind="municipality", contact=""
        )
        return Listed(member=member, keys={key.id: key.public})

    def at_rest(self, work):
        """While it does not run: one transaction on its database."""
        config = read_config(self.config)
        store = Store(database_url(config.kairan.database, config.folder))
        store.migrate()
        try:
            return store.do(partial(work, town=municipality(config)))
        finally:
            store.close()

    def posts(self, source, body, to):
        """The id of the document."""

        def write(connection, town):
            occasion = Occasion(connection=connection, source=source, at=clock.now(), who=UserId(town.bot),
                                room=RoomId(""), direct=False, reply_to=None)  # fmt: skip
            Writer(town, Keyring(), shortcuts=False).carry_out(
                occasion, (Post(kind="test", body=body, to=to),), Touched()
            )
            cause = txn(source, 0)
            sent = sealed("test", body, server=town.server, key=town.key, at=occasion.at, to=to, cause=cause)
            return sent.id

        return self.at_rest(write)

    def heard(self, ids):
        return self.ask("select count(*) from delivered where id in (?, ?)", *ids)[0][0]

    def waits(self):
        return self.ask("select count(*) from outbox where state = 'ready'")[0][0]


@pytest.fixture
def towns(lab, tmp_path):
    made = [Town(lab, tmp_path / key, key) for key in ("nakatsu", "tama")]
    listed = [town.listed() for town in made]
    for town in made:
        town.at_rest(lambda c, town: put_in_force(c, town.neighbours, listed))
    yield made
    for town in made:
        town.end()


def test_documents_cross_whole_and_once_though_both_are_killed(towns):
    one, other = towns
    noise = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(2500))
    first = one.posts("first", {"words": "こんにちは"}, other.homeserver.server_name)
    large = one.posts("large", {"words": noise}, None)

    async def play():
        one.spawn()
        await asyncio.sleep(2.5)
        one.end(signal.SIGKILL)
        await one.start()
        await other.start()
        await eventually(lambda: _yes(other.heard((first, large)) >= 1), seconds=60)
        other.end(signal.SIGKILL)
        one.end(signal.SIGKILL)
        await asyncio.gather(one.start(), other.start())
        await eventually(lambda: _yes(other.heard((first, large)) == 2 and one.waits() == 0), seconds=90)
        await asyncio.sleep(2)

    asyncio.run(play())
    assert other.heard((first, large)) == 2
    assert other.ask("select count(*) from parcel") == [(0,)]
    assert one.ask("select count(*) from outbox where state = 'dead'") == [(0,)]
    room = one.ask("select room_id from direct where user_id = ?", other.bot)[0][0]
    assert other.ask("select encrypted from room where room_id = ?", room) == [(1,)]
    assert one.bugs() == [] == other.bugs()


async def _yes(so):
    return so
