"""A trial, a town and a city, rendered from a kairan.toml and started for real: Synapse's processes and Kairan."""

import asyncio
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from bridge.cli import main
from bridge.store.engine import database_url
from tests.federation.kairan import eventually
from tests.postgres import postgresql

pytestmark = pytest.mark.lab

DRIVERS = Path(__file__).parents[2] / "locks" / "drivers.txt"
"""What Synapse itself, a program of its own, needs for PostgreSQL and Redis. Kairan needs none of it."""


@pytest.fixture(scope="module")
def drivers(tmp_path_factory):
    into = tmp_path_factory.mktemp("drivers")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet",
               "--no-deps", "--only-binary", "psycopg2-binary", "--target", str(into), "--require-hashes",
               "--requirement", str(DRIVERS)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        pytest.skip(f"Synapse's drivers for PostgreSQL and Redis cannot be had: {done.stderr.strip()[-200:]}")
    return into


@contextmanager
def redis():
    server = shutil.which("redis-server") or shutil.which("valkey-server")
    if not server:
        pytest.skip("Redis cannot be had: redis-server is not installed here")
    port = free_port()
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with ended(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)):
        yield port


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Town:
    """What `kairan init` and `kairan homeserver render` write, in a folder with a short name (sockets)."""

    def __init__(self, folder, shape, **deploy):
        self.folder, self.client, federation = folder, free_port(), free_port()
        self.own, self.config = folder / "own", folder / "own" / "kairan.toml"
        init = ["init", "--folder", str(self.own), "--municipality", "つくば市", "--server-name", "t.example.jp",
                "--steward", "@admin:t.example.jp", "--url", f"http://127.0.0.1:{self.client}",
                "--shape", shape, "--place", "systemd"]  # fmt: skip
        assert main(init) == 0
        deploy = {"client_port": self.client, "federation_port": federation, "data": str(folder / "data"), **deploy}
        lines = "".join(f"{key} = {value!r}\n" for key, value in deploy.items())
        text = self.config.read_text("utf-8").replace('listen = "127.0.0.1:9090"', 'listen = "127.0.0.1:0"')
        self.config.write_text(text.replace("[deploy]\n", f"[deploy]\n{lines}"), "utf-8")
        (folder / "data" / "sockets").mkdir(parents=True)
        assert main(["homeserver", "render", "--config", str(self.config), "--into", str(folder)]) == 0

    def command(self, worker=""):
        """As the unit of systemd says it, by the Python at hand."""
        unit = self.folder / "systemd" / f"matrix-synapse{worker and '-'}{worker}.service"
        (line,) = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
        return [sys.executable, *line.split()[1:]]

    @contextmanager
    def synapse(self, drivers="", worker=""):
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment["PYTHONPATH"] = os.pathsep.join(map(str, (self.folder, drivers)))
        with (self.folder / f"{worker or 'main'}.log").open("ab") as log:
            process = subprocess.Popen(self.command(worker), cwd=self.folder / "data", stdout=log, stderr=log,
                                       env=environment)  # fmt: skip
            with ended(process):
                yield process

    @contextmanager
    def kairan(self):
        with (self.folder / "kairan.log").open("ab") as log:
            command = [sys.executable, "-m", "bridge", "run", "--config", str(self.config)]
            with ended(subprocess.Popen(command, stdout=log, stderr=log)) as process:
                yield process

    async def well(self, path="/health", **how):
        try:
            async with aiohttp.ClientSession(**how) as web, web.get(f"http://127.0.0.1:{self.client}{path}") as reply:
                return reply.status == 200 or None
        except (OSError, aiohttp.ClientError):
            return None

    async def kairan_is_well(self):
        address = self.own / "listen"
        if not address.exists():
            return None
        try:
            async with (
                aiohttp.ClientSession() as web,
                web.get(f"http://{address.read_text().strip()}/healthz") as reply,
            ):
                return reply.status == 200 or None
        except (OSError, aiohttp.ClientError):
            return None

    async def has_rooms(self):
        """The bot made those that give roles."""
        with sqlite3.connect(self.own / "kairan.db", timeout=20) as database:
            (found,) = database.execute("select count(*) from room where membership = 'joined'").fetchone()
        return found == 3


@pytest.fixture
def folder():
    made = Path(tempfile.mkdtemp(prefix="kt-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def collated(server):
    """A database as Synapse wants it, in libpq's words."""
    name = f"synapse_{secrets.token_hex(3)}"
    engine = sa.create_engine(database_url(server.address("postgres"), Path()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' "
                                   "LC_CTYPE 'C'"))  # fmt: skip
    engine.dispose()
    return f"host={server._folder} user=kairan dbname={name}"


def goes(town, stack, drivers=""):
    """The homeserver, then Kairan, healthy."""
    main_process = stack.enter_context(town.synapse(drivers))
    waited(town, town.well, main_process)
    kairan = stack.enter_context(town.kairan())
    waited(town, town.kairan_is_well, kairan)
    waited(town, town.has_rooms, kairan)


def waited(town, look, process):
    async def ready():
        assert process.poll() is None
        return await look()

    try:
        asyncio.run(eventually(ready, seconds=120))
    except AssertionError:
        logs = "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in town.folder.glob("*.log"))
        raise AssertionError(f"{process.poll()} {logs}") from None


def test_a_trial_starts_and_the_check_finds_nothing_wrong(folder, capsys):
    with ExitStack() as stack:
        town = Town(folder, "trial")
        goes(town, stack)
        capsys.readouterr()
        main(["check", "--config", str(town.config)])
        wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗") and "disk" not in line]
        assert wrong == []


def test_a_town_starts_on_postgresql(folder, drivers):
    with ExitStack() as stack:
        server = stack.enter_context(postgresql())
        goes(Town(folder, "town", postgres=collated(server)), stack, drivers)


def test_a_city_starts_with_all_its_processes_and_each_answers(folder, drivers):
    with ExitStack() as stack:
        port = stack.enter_context(redis())
        server = stack.enter_context(postgresql(connections=60))
        town = Town(folder, "city", postgres=collated(server), redis=f"127.0.0.1:{port}", workers=2)
        main_process = stack.enter_context(town.synapse(drivers))
        waited(town, town.well, main_process)
        processes = [stack.enter_context(town.synapse(drivers, worker=w)) for w in ("worker1", "worker2", "sender")]
        kairan = stack.enter_context(town.kairan())
        waited(town, town.kairan_is_well, kairan)
        waited(town, town.has_rooms, kairan)
        for number, worker in enumerate(("worker1", "worker2")):
            waited(town, partial(serves, town, worker), processes[number])
        time.sleep(1)
        assert [process.poll() for process in processes] == [None] * 3


async def serves(town, worker):
    """The bot's own /sync by way of the worker's socket: what the main process wrote is seen there."""
    token = next(line.split('"')[1] for line in (town.folder / "registration.yaml").read_text().splitlines()
                 if line.startswith("as_token"))  # fmt: skip
    path = "/_matrix/client/v3/sync?user_id=@kairan:t.example.jp&device_id=KAIRAN&timeout=0"
    connector = aiohttp.UnixConnector(path=str(town.folder / "data" / "sockets" / f"{worker}.sock"))
    try:
        async with aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {token}"}) as web:  # noqa: SIM117
            async with web.get(f"http://localhost{path}") as reply:
                return reply.status == 200 and len((await reply.json())["rooms"]["join"]) == 3
    except (OSError, KeyError, aiohttp.ClientError):
        return None
