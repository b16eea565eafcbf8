"""docs/federate.md walked on this machine: its commands, in its order, until two municipalities talk."""

import asyncio
import io
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest

from bridge.cli import main
from demo.person import Person as Sealed
from tests.federation.kairan import eventually
from tests.federation.test_shapes import collated, drivers
from tests.person import Person
from tests.postgres import postgresql

pytestmark = pytest.mark.lab
__all__ = ["drivers"]

ROOT = Path(__file__).parents[2]
CLEAR = b"\x1b[2J"
ENTER = "mkdir -p practice && cd practice && PATH=/opt/kairan/.venv/bin:$PATH"


def commands(language):
    """Of the page's first part, in order."""
    page = (ROOT / "docs" / f"federate{language}.md").read_text("utf-8")
    part = page.partition("\n## 0.")[2].partition("\n## 1.")[0]
    return [line.strip() for line in part.splitlines() if line.startswith("    ")]


def test_both_pages_say_the_same_commands():
    assert commands(".ja") == commands("")
    for page in ("federate", "operate"):
        here, there = (shell((ROOT / "docs" / f"{page}{tail}.md").read_text("utf-8")) for tail in (".ja", ""))
        assert here == there


def shell(page):
    """Which commands and flags stand in the page's blocks."""
    lines = [line.partition("#")[0] for line in page.splitlines() if line.startswith("    ")]
    return [re.findall(r"(?:^|\s)(--?[a-z][a-z-]*|kairan [a-z]+)", line) for line in lines]


class Walk:
    """One terminal, and others for what stays in them."""

    def __init__(self, folder, lent, where):
        self.folder, self.lent, self.where = folder, lent, where
        self.base = {"tsukuba": free_ports(), "beppu": free_ports()}
        self.stack = ExitStack()
        self.practice = folder / "practice"
        (folder / "bin").mkdir()
        for name, run in (
            ("kairan", "-m bridge"),
            ("register_new_matrix_user", "-m synapse._scripts.register_new_matrix_user"),
        ):
            (folder / "bin" / name).write_text(f'#!/bin/sh\nexec {sys.executable} {run} "$@"\n')
            (folder / "bin" / name).chmod(0o755)

    def adapted(self, line):
        """Other ports, this program, and the database at hand; nothing else."""
        for town, first in (("tsukuba", 8448), ("beppu", 8548)):
            for behind in (0, 3):
                line = re.sub(rf"\b{first + behind}\b", str(self.base[town] + behind), line)
        line = line.replace("/opt/kairan/.venv/bin", str(self.folder / "bin")).replace("/opt/kairan", str(ROOT))
        return line.replace("--postgres dbname=beppu", f'--postgres "{self.where}"')

    def types(self, line, seconds=60):
        """(exit code, output). Kairan's own commands in this process: the shell would start Python anew for each."""
        if line.startswith("kairan "):
            return self.runs(shlex.split(self.adapted(line))[1:])
        done = subprocess.run(["sh", "-c", f"{self.adapted(ENTER)}; {self.adapted(line)}"], cwd=self.folder, text=True,
                              env=self.environment(), capture_output=True, timeout=seconds, check=False)  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    def runs(self, words):
        out = io.StringIO()
        with chdir(self.practice), redirect_stdout(out), redirect_stderr(out):
            code = main(words)
        return code, out.getvalue()

    def environment(self):
        plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return plain | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(self.lent)))}

    @contextmanager
    def left_running(self, line):
        log = (self.folder / f"{line.partition('/')[0]}.log").open("ab")
        process = subprocess.Popen(["sh", "-c", f"{self.adapted(ENTER)}; exec {self.adapted(line)}"], cwd=self.folder,
                                   env=self.environment(), stdout=log, stderr=log, start_new_session=True)  # fmt: skip
        try:
            yield process
        finally:
            with_all(process.pid, signal.SIGINT)  # Ctrl-C
            try:
                process.wait(30)
            finally:
                with_all(process.pid, signal.SIGKILL)
                log.close()

    def until_well(self, line, seconds=60):
        """What the page says is so soon."""
        end = time.monotonic() + seconds
        while True:
            code, said = self.types(line)
            if code == 0:
                return said
            assert time.monotonic() < end, said
            time.sleep(1)

    def watches(self, line):
        """For a while, then Ctrl-C."""
        process = subprocess.Popen(["sh", "-c", f"{self.adapted(ENTER)}; exec {self.adapted(line)}"], cwd=self.folder,
                                   env=self.environment(), stdout=subprocess.PIPE, start_new_session=True)  # fmt: skip
        said = b""
        while said.count(CLEAR) < 2:
            said += os.read(process.stdout.fileno(), 65_536)
        os.killpg(process.pid, signal.SIGINT)
        said += process.communicate(timeout=20)[0]
        assert process.returncode == 0
        return said.decode()

    def logs(self):
        return "\n".join(f"{path.name}: {path.read_text()[-3000:]}" for path in self.folder.glob("*.log"))


def with_all(group, how):
    with suppress(ProcessLookupError):
        os.killpg(group, how)


def free_ports():
    """The first of five in a row."""
    for first in range(21_000 + os.getpid() % 500 * 10, 31_000, 10):
        with ExitStack() as held:
            try:
                for port in range(first, first + 5):
                    one = held.enter_context(socket.socket())
                    one.bind(("127.0.0.1", port))
            except OSError:
                continue
            if first not in _given:
                _given.add(first)
                return first
    raise AssertionError("no ports")


_given: set[int] = set()


@pytest.fixture
def folder():
    made = Path(tempfile.mkdtemp(prefix="kw-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_two_municipalities_federate_by_what_the_page_says_and_nothing_else(folder, drivers):
    with ExitStack() as stack:
        server = stack.enter_context(postgresql(connections=40))
        walk = Walk(folder, drivers, collated(server))
        try:
            asyncio.run(asyncio.wait_for(Story(walk, stack).play(commands(".ja")), 240))
        except BaseException:
            print(walk.logs())
            raise
        print(walk.logs())
        for log in folder.glob("*.log"):
            # Of Kairan. Synapse writes a traceback where its proxy says that a member is away.
            assert [line for line in log.read_text().splitlines() if " ERROR bridge" in line] == []


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

    async def talk(self):
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
