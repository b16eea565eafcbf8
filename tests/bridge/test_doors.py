"""Direct rooms are opened for whoever can be reached, however many servers are dead."""

import asyncio
from types import SimpleNamespace

import pytest

from bridge.matrix.doorkeeper import Doorkeeper
from bridge.store import rooms
from bridge.store.engine import Store, database_url
from bridge.store.neighbours import Neighbours

pytestmark = pytest.mark.heavy
CONFIG = SimpleNamespace(
    bot_name="回覧", secret="s", homeserver=SimpleNamespace(server_name="tsukuba"), kairan=SimpleNamespace()
)


class Homeserver:
    """Answers at once for its own people, and never for those of dead servers."""

    user_id = "@kairan:tsukuba"

    def __init__(self):
        self.opened, self.all_open = set(), asyncio.Event()

    async def resolve(self, _alias):
        await asyncio.sleep(3600)

    async def create_room(self, body):
        [user] = body["invite"]
        if user.endswith(":dead"):
            await asyncio.sleep(3600)
        self.opened.add(user)
        if len(self.opened) == 30:
            self.all_open.set()
        return f"!{user}"


def test_a_hundred_dead_servers_keep_nobody_waiting(tmp_path):
    store = Store(database_url("k.db", tmp_path))
    store.migrate()
    homeserver = Homeserver()
    doors = Doorkeeper(homeserver, store, CONFIG, lambda _: None, permitted=Neighbours("tsukuba", names={}))

    def want(users):
        store.do(lambda c: [rooms.want_direct(c, user, "test") for user in users])

    async def scene():
        want([f"@a{n}:dead" for n in range(100)])
        store.do(lambda c: [rooms.postpone_door(c, f"@a{n}:dead", None) for n in range(100)])  # tried before
        running = asyncio.create_task(doors.run())
        await asyncio.sleep(0.5)
        want([f"@z{n}:tsukuba" for n in range(30)])
        doors.knock()
        async with asyncio.timeout(60):
            await homeserver.all_open.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.sleep(0.1)
        assert len(asyncio.all_tasks()) == 1  # nothing is left behind

    asyncio.run(scene())
    store.close()
