"""What people do between the commands of docs/federate.md, and what docs/operate.md says of keys and of moving."""

import asyncio
import json
import re
import shutil
import signal
import time
from types import SimpleNamespace

import aiohttp

from demo.person import Person as Sealed
from tests.federation.kairan import eventually
from tests.federation.terminal import ENTER, with_all
from tests.person import Person


class Story:
    """What people do between the page's commands, as the page says it."""

    def __init__(self, walk, stack):
        self.walk, self.stack, self.began, self.people = walk, stack, time.monotonic(), []
        self.running = {}
        self.names = {town: f"{town}.localhost:{port}" for town, port in walk.base.items()}
        self.urls = {town: f"http://127.0.0.1:{port + 3}" for town, port in walk.base.items()}
        self.tsukuba = walk.practice / "tsukuba"

    async def play(self, lines):
        assert lines[0].startswith("git clone")  # this is the clone
        assert lines[1] == ENTER
        assert self.walk.types("true")[0] == 0
        try:
            for line in lines[2:]:
                await self.step(line)
            await self.talk()
            await self.mended()
            await self.healthy()
            await self.rotated_and_moved()
        finally:
            await asyncio.gather(*(person.stop() for person in self.people))

    async def step(self, line):
        print(f"{time.monotonic() - self.began:5.1f} s  {line}")
        if line.startswith(("pip install", "createdb")):
            return  # lent by the fixtures: for PYTHONPATH, and on a socket of its own
        if line.endswith("/start"):
            town = line.partition("/")[0]
            self.running[town] = self.stack.enter_context(self.walk.left_running(line))
        elif line.startswith("register_new"):
            await eventually(self.up, line.split("/")[0].split()[-1], seconds=90)
            assert (await asyncio.to_thread(self.walk.types, line))[0] == 0
        elif "--watch" in line:
            said = await asyncio.to_thread(self.walk.watches, line)
            assert said.count("別府市") >= 2
        elif line.startswith(("kairan check", "kairan doctor")):
            await self.checked(line)
        elif "federation check" in line or "federation status" in line:
            await self.looked(line)
        else:
            await self.simple(line)

    async def up(self, town):
        try:
            async with aiohttp.ClientSession() as web, web.get(f"{self.urls[town]}/health") as reply:
                return reply.status == 200
        except (OSError, aiohttp.ClientError):
            return False

    async def checked(self, line):
        town = next(name for name in ("beppu", "moved", "tsukuba") if f"{name}/kairan.toml" in line)

        async def well():
            return (self.walk.practice / town / "listen").exists() and await asyncio.to_thread(self.found, line)

        assert await eventually(well, seconds=60), line

    def found(self, line):
        _, said = self.walk.types(line)
        wrong = [one for one in said.splitlines() if one.startswith("✗") and "disk" not in one]
        return not wrong and "✓" in said

    async def simple(self, line):
        if "found" in line and "--dry-run" in line:
            await self.signed_in()
        code, said = await asyncio.to_thread(self.walk.types, line)
        assert code == 0, (line, said)
        if "federation request" in line:
            self.fingerprint = re.search(r"(\d{4} ){4}\d{4}", said)[0]
            await self.approved()
        if "export" in line:
            assert set(self.names.values()) <= {one["server"] for one in json.loads(said)["members"]}
        if "federation plan" in line:
            assert "部屋は見ていません" not in said

    async def signed_in(self):
        """With clients that encrypt; they accept invitations to their stewards' rooms."""
        self.sato, self.abe = (
            Sealed(self.urls[town], f"@{name}:{self.names[town]}", "practice", self.walk.folder / name)
            for town, name in (("tsukuba", "sato"), ("beppu", "abe"))
        )
        self.people = [self.sato, self.abe]
        await asyncio.gather(*(person.start() for person in self.people))
        self.room = await eventually(self.stewards_room, self.sato, "tsukuba", seconds=60)
        self.other = await eventually(self.stewards_room, self.abe, "beppu", seconds=60)

    async def stewards_room(self, person, town):
        name = f"#kairan_stewards:{self.names[town]}"
        return next((r for r, room in person.client.rooms.items() if room.canonical_alias == name), None)

    async def approved(self):
        self.asked = time.monotonic()
        await self.sees_request()
        await self.sato.say(self.room, "!federation approve 別府市")
        await self.sato.hears(self.room, "賛成しました", timeout=30)

    async def sees_request(self):
        for _ in range(20):
            self.sato.skip(self.room)
            await self.sato.say(self.room, "!federation requests")
            heard = await self.sato.hears(self.room, lambda h: h.sender.startswith("@kairan:"), timeout=30)
            if "approve 別府市" in heard.body:
                assert self.fingerprint in heard.body
                return
            await asyncio.sleep(2)
        raise AssertionError(heard.body)

    async def looked(self, line):
        if "tsukuba/kairan.toml" in line:
            await self.token()
        said = await asyncio.to_thread(self.walk.until_well, line)
        if "--json" in line:
            (one,) = json.loads(said.splitlines()[-1])
            assert one["server"] == self.names["tsukuba"]
            assert (one["well"], one["keys"], one["list_version"] >= 2) == (True, True, True)
            assert one["version"].startswith("Synapse")
            assert one["days"] > 700
        elif "federation check" in line:
            row = next(row for row in said.splitlines() if "別府市" in row)
            assert row.startswith("✓")
            assert row.split()[-1].isdigit()  # what waits for them, known by the administrator's token
        else:
            assert "連合は正常です" in said
            assert self.fingerprint in said

    async def token(self):
        """As section 5 says: an administrator's token in a file."""
        if (self.tsukuba / "admin.token").exists():
            return
        here = SimpleNamespace(client_url=self.urls["tsukuba"])
        admin = await Person.log_in(here, self.sato.user_id, "practice")
        (self.tsukuba / "admin.token").write_text(admin.token)
        (self.tsukuba / "admin.token").chmod(0o600)
        text = (self.tsukuba / "kairan.toml").read_text("utf-8")
        text = text.replace("[federation]\n", '[federation]\nadmin_token = "admin.token"\n', 1)
        (self.tsukuba / "kairan.toml").write_text(text, "utf-8")

    async def let_in(self):
        """The door looks there at each invitation."""
        wishes = self.tsukuba.with_name("beppu") / "invites.json"
        return wishes.exists() and json.loads(wishes.read_text("utf-8"))["lists"].get(self.abe.user_id)

    async def talk(self):
        await self.abe.say(self.other, "!who allow つくば市")
        await eventually(self.let_in)
        room = await self.sato.create_room(name="行政DX", invite=[self.abe.user_id], encrypted=True)
        await self.abe.say(room, "別府市です")
        await self.sato.hears(room, "別府市です", timeout=60)
        await self.sato.say(room, "つくば市です")
        await self.abe.hears(room, "つくば市です", timeout=60)
        print(f"{time.monotonic() - self.asked:.1f} s from the request to the first words both ways, encrypted")

    async def mended(self):
        """Somebody shut Beppu out of the alliance's room: plan says it in words, apply mends it."""
        rooms = {}
        for town in self.names:
            registration = (self.walk.practice / town / "registration.yaml").read_text("utf-8")
            token = re.search(r'as_token: "([^"]+)"', registration)[1]
            bot = Person(SimpleNamespace(client_url=self.urls[town]), f"@kairan:{self.names[town]}", token)
            rooms[town] = bot, (await bot.call("GET", f"/directory/room/%23kairan_alliance:{self.names['tsukuba']}",
                                               user_id=bot.user_id))["room_id"]  # fmt: skip
        bot, room = rooms["tsukuba"]
        path = f"/rooms/{room}/state/m.room.server_acl/"
        alone = {"allow": ["tsukuba.localhost", self.names["tsukuba"]], "deny": [], "allow_ip_literals": True}
        await bot.call("PUT", path, alone, user_id=bot.user_id)
        plan = "kairan federation plan --config tsukuba/kairan.toml"
        code, said = await asyncio.to_thread(self.walk.types, plan)
        assert code == 0
        assert self.names["beppu"] in said
        assert room in said
        code, said = await asyncio.to_thread(self.walk.types, f"{plan} --json")
        assert [step["what"] for step in json.loads(said)["steps"]] == ["RoomChange"]
        apply = "kairan federation apply --config tsukuba/kairan.toml"
        await asyncio.to_thread(self.walk.types, f"{apply} --dry-run")
        assert await bot.call("GET", path, user_id=bot.user_id) == alone
        code, said = await asyncio.to_thread(self.walk.types, apply)
        assert code == 0, said
        allowed = (await bot.call("GET", path, user_id=bot.user_id))["allow"]
        assert set(self.names.values()) <= set(allowed)
        assert "変更はありません" in (await asyncio.to_thread(self.walk.types, plan))[1]

    async def healthy(self):
        for _ in range(30):
            self.sato.skip(self.room)
            await self.sato.say(self.room, "!federation health")
            heard = await self.sato.hears(self.room, lambda h: h.sender.startswith("@kairan:"), timeout=30)
            if "問題ありません" in heard.body:
                return
            await asyncio.sleep(3)
        raise AssertionError(heard.body)

    async def rotated_and_moved(self):
        """docs/operate.md: another key, another place, another certificate; the others notice nothing."""
        rotate = "kairan federation rotate --config tsukuba/kairan.toml"
        assert "新しい鍵を作りました" in await self.typed(rotate)
        await self.agreed()
        assert "再起動してから" in await self.typed_until(rotate, "再起動してから")
        with_all(self.running["tsukuba"].pid, signal.SIGINT)  # Ctrl-C
        await asyncio.to_thread(self.running["tsukuba"].wait, 30)
        await self.typed("kairan backup copies --config tsukuba/kairan.toml")
        (copy,) = (self.walk.practice / "copies").glob("*.tar")
        await self.typed(f"kairan restore {copy} --into moved")
        shutil.copy(self.tsukuba / "admin.token", self.walk.practice / "moved")
        await self.typed("cp -a tsukuba/synapse moved/")
        await self.typed("mv tsukuba gone")
        await self.typed("kairan lab certificate tsukuba.localhost --into moved")
        await self.typed("kairan homeserver render --config moved/kairan.toml --into moved/homeserver")
        await self.step("moved/homeserver/start")
        await eventually(self.up, "tsukuba", seconds=90)
        await self.checked("kairan check --config moved/kairan.toml")
        rotate = rotate.replace("tsukuba/", "moved/")
        assert "古い鍵を名簿から外す" in await self.typed(rotate)
        await self.agreed()
        await self.typed_until(f"{rotate} --continue", "いまの鍵だけです")
        await self.talk()
        await asyncio.to_thread(self.walk.until_well, "kairan federation check --config moved/kairan.toml")
        assert self.sato.unreadable(self.room) == 0

    async def typed(self, line):
        print(f"{time.monotonic() - self.began:5.1f} s  {line}")
        code, said = await asyncio.to_thread(self.walk.types, line)
        assert code == 0, (line, said)
        return said

    async def typed_until(self, line, words):
        for _ in range(30):
            said = await self.typed(line)
            if words in said:
                return said
            await asyncio.sleep(1)
        raise AssertionError(said)

    async def agreed(self):
        """Beppu's steward, too."""
        for _ in range(20):
            self.abe.skip(self.other)
            await self.abe.say(self.other, "!federation requests")
            heard = await self.abe.hears(self.other, lambda h: h.sender.startswith("@kairan:"), timeout=30)
            if "approve つくば市" in heard.body:
                await self.abe.say(self.other, "!federation approve つくば市")
                await self.abe.hears(self.other, "賛成しました", timeout=30)
                return
            await asyncio.sleep(2)
        raise AssertionError(heard.body)
