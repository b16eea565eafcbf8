"""One real Kairan beside the lab's Tsukuba, and people on real servers to talk to it."""

import asyncio
import json
import re
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from urllib.parse import quote

import aiohttp

from demo.person import Person as Sealed
from tests.person import Person

FORM = """
name: {name}
title: 参加調べ
questions:
  - {{id: attend, kind: choice, title: 参加しますか, options: [参加, 不参加]}}
  - {{id: people, kind: integer, title: 何人ですか, low: 1, high: 99}}
  - {{id: note, kind: text, title: 連絡事項, required: false}}
results: live
"""


class Kairan:
    """`kairan run` as a process of its own. Bound to no event loop. Permits つくば and 中津, not 多摩."""

    def __init__(self, lab, folder):
        self.homeserver, self.neighbour, self.stranger = (lab.homeservers[k] for k in ("tsukuba", "nakatsu", "tama"))
        self.folder, self.config, self.log = folder, folder / "kairan.toml", folder / "kairan.log"
        self.bot = f"@kairan:{self.homeserver.server_name}"
        self._process = None

    async def found(self):
        """A steward who makes forms, and a first start."""
        self.chief = await Plain.at(self.homeserver, f"chief_{secrets.token_hex(3)}")
        self.homeserver.write_kairan(self.folder, stewards=[self.chief.user_id])
        allow = json.dumps([self.neighbour.server_name])
        text = re.sub(r"^allow = .*$", f"allow = {allow}", self.config.read_text("utf-8"), flags=re.MULTILINE)
        self.config.write_text(text, "utf-8")
        await self.start()
        for role in ("staff", "editors", "stewards"):
            await eventually(self.chief.enters, f"#kairan_{role}:{self.homeserver.server_name}")

    async def start(self):
        """Until /healthz is well."""
        self.spawn()
        await eventually(self.well, seconds=60)

    def spawn(self):
        if self.running:
            return
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bridge", "run", "--config", str(self.config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    async def well(self):
        assert self.running, self.log.read_text("utf-8")[-2000:]
        return (await self.face("/healthz"))[0] == 200

    async def face(self, path):
        """(status, text) of what it shows of itself."""
        try:
            address = (self.folder / "listen").read_text().strip()
            async with aiohttp.ClientSession() as web, web.get(f"http://{address}{path}") as reply:
                return reply.status, await reply.text()
        except (OSError, aiohttp.ClientError):
            return None, ""

    def end(self, how=signal.SIGTERM):
        """Seconds that it took to end."""
        began = time.monotonic()
        if self.running:
            self._process.send_signal(how)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if how == signal.SIGKILL:
            (self.folder / "listen").unlink(missing_ok=True)
        return time.monotonic() - began

    def ask(self, statement, *values):
        """Rows of its database."""
        with sqlite3.connect(self.folder / "kairan.db", timeout=20) as database:
            return database.execute(statement, values).fetchall()

    def bugs(self):
        return [line for line in self.log.read_text("utf-8").splitlines() if " ERROR " in line or "Traceback" in line]

    # -- what tests often need ---------------------------------------------------------------------------------------

    async def person(self, **wanted):
        """Somebody new at Tsukuba, over plain HTTP."""
        return await Plain.at(wanted.pop("at", self.homeserver), **wanted)

    async def room(self, *people, public=False, encrypted=False, **wanted):
        """A room of the chief with the bot and these people in it."""
        sealed = [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]
        preset = "public_chat" if public else "private_chat"
        body = {"preset": preset, "invite": [self.bot, *(p.user_id for p in people)], **wanted}
        body |= {"initial_state": sealed} if encrypted else {}
        room = (await self.chief.call("POST", "/createRoom", body))["room_id"]
        for person in people:  # those with a real client accept by themselves
            if isinstance(person, Plain):
                await eventually(person.enters, room, via=self.homeserver.server_name)
            await eventually(self.chief.sees_in, room, person.user_id)
        await eventually(self.is_in, room)
        return room

    async def is_in(self, room):
        return bool(self.ask("select 1 from room where room_id = ? and membership = 'joined'", room))

    async def publish(self, room, name=None, *, form=FORM):
        """The form's name, put to everybody in the room."""
        name = name or f"f{secrets.token_hex(4)}"
        await self.chief.say(room, f"!form load\n{form.format(name=name)}")
        await self.chief.hears(room, f"!form publish {name}")
        await self.chief.say(room, f"!form publish {name}")
        await self.chief.hears(room, f"!form status {name}")
        return name

    async def has(self, name, user, answers):
        """Wait until the database holds exactly these answers."""

        async def held():
            return self.answers(name, user) == answers

        try:
            await eventually(held)
        except AssertionError:
            raise AssertionError(self.answers(name, user)) from None

    def answers(self, name, user):
        """The answers that the database holds, or None."""
        rows = self.ask("select state from response where form = ? and user_id = ?", name, user)
        return json.loads(rows[0][0])["answers"] if rows else None

    def sent(self, name):
        """Who has sent their answers, and which."""
        rows = self.ask("select user_id, sent from response where form = ? and sent is not null", name)
        return {user: json.loads(sent) for user, sent in rows}


class Plain(Person):
    """A person over bare HTTP who reads rooms from the server each time: nothing of the bot's is missed."""

    async def enters(self, room, via=None):
        path = f"/join/{quote(room)}"
        return (await self.ask("POST", path, {}, **({"server_name": via} if via else {})))[0] == 200

    async def direct(self, bot, **wanted):
        """An unencrypted room of the two."""
        body = {"preset": "private_chat", "is_direct": True, "invite": [bot], **wanted}
        room = (await self.call("POST", "/createRoom", body))["room_id"]
        await eventually(self.sees_in, room, bot)
        return room

    async def sees_in(self, room, user):
        return user in (await self.call("GET", f"/rooms/{quote(room)}/joined_members"))["joined"]

    async def send(self, room, kind, content):
        path = f"/rooms/{quote(room)}/send/{kind}/{secrets.token_hex(8)}"
        return (await self.call("PUT", path, content))["event_id"]

    async def state(self, room, kind, content, key=""):
        return (await self.call("PUT", f"/rooms/{quote(room)}/state/{kind}/{quote(key)}", content))["event_id"]

    async def invites(self, room, user):
        await self.call("POST", f"/rooms/{quote(room)}/invite", {"user_id": user})

    async def events(self, room, sender=None):
        """All that this person may see, oldest first; of one sender if asked for."""
        found, query = [], {"dir": "b", "limit": 200}
        while True:
            page = await self.call("GET", f"/rooms/{quote(room)}/messages", **query)
            found += page["chunk"]
            if "end" not in page or not page["chunk"]:
                return [e for e in reversed(found) if sender in (None, e["sender"])]
            query["from"] = page["end"]

    async def bot_said(self, room):
        """Messages of bots, edits among them, oldest first."""
        events = await self.events(room)
        return [
            e for e in events if e["sender"].startswith("@kairan:") and e["type"] == "m.room.message" and e["content"]
        ]

    async def hears(self, room, words, seconds=20):
        """The bot's newest message with these words, waited for."""

        async def heard():
            said = await self.bot_said(room)
            return next((e for e in reversed(said) if words in e["content"].get("body", "")), None)

        return await eventually(heard, seconds=seconds)

    async def asks(self, room, words, answer, seconds=20):
        """Say something; the bot must then say the answer."""
        before = len(await self.bot_said(room))
        await self.say(room, words)

        async def answered():
            said = (await self.bot_said(room))[before:]
            return next((e for e in said if answer in e["content"]["body"]), None)

        try:
            return await eventually(answered, seconds=seconds)
        except AssertionError:
            said = [e["content"]["body"] for e in await self.bot_said(room)]
            raise AssertionError(f"{answer!r} is not in {said[before:]}") from None


async def eventually(look, *given, seconds=20, **named):
    """What `look` finds, asked again and again until it finds something."""
    end = time.monotonic() + seconds
    while not (found := await look(*given, **named)):
        assert time.monotonic() < end, f"{look.__name__} {given} found nothing within {seconds} s"
        await asyncio.sleep(0.1)
    return found


@asynccontextmanager
async def sealed_person(homeserver, folder, **wanted):
    """Somebody new with a real client that encrypts."""
    user = await homeserver.register(f"p{secrets.token_hex(4)}", "pw")
    async with Sealed(homeserver.client_url, user, "pw", folder / secrets.token_hex(4), **wanted) as person:
        yield person
