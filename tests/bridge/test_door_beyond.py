"""The federation door: where else the homeserver may go, what it counts, and the command that runs it."""

import asyncio
import json
import signal
import socket
import subprocess
import sys

import aiohttp
import pytest

from bridge.federation.allow_list import write_list
from bridge.lab import Authority
from tests.bridge.test_door import MEMBER, OWN, STRANGER, around, echo, play

pytestmark = pytest.mark.heavy


def test_where_else_the_homeserver_may_go_is_open_to_nobody_but_it(tmp_path):
    async def story():
        async with echo() as push, echo() as moved, echo() as other:

            async def inside(stage):
                stage.allow("nakatsu.localhost:9")
                assert "200" in (await stage.connect(f"push.localhost:{push}"))[0]
                assert "200" in (await stage.connect(f"elsewhere.localhost:{moved}"))[0]
                for target in (f"push.localhost:{other}", f"elsewhere.localhost:{push}", f"other.localhost:{other}"):
                    assert "403" in (await stage.connect(target))[0]
                stage.allow("nakatsu.localhost:9", until=1)  # the list has ended: telephones still ring
                assert "200" in (await stage.connect(f"push.localhost:{push}"))[0]
                assert "403" in (await stage.connect(f"elsewhere.localhost:{moved}"))[0]
                stage.allow()
                assert "403" in (await stage.connect(f"elsewhere.localhost:{moved}"))[0]

            more = {
                "beyond": frozenset({("push.localhost", push)}),
                "targets": {"nakatsu.localhost:9": frozenset({("elsewhere.localhost", moved)})},
            }
            async with around(tmp_path, **more) as stage:
                await inside(stage)

    asyncio.run(story())


def test_it_counts_what_passes_and_what_does_not_and_names_nobody(tmp_path):
    async def story(stage):
        async def figures(path="/metrics"):
            address = stage.door._metrics.addresses[0]
            async with stage.http.get(f"http://127.0.0.1:{address[1]}{path}") as reply:
                return await reply.text()

        await stage.knock("/_matrix/federation/v1/x", server=MEMBER)
        await stage.knock("/_matrix/federation/v1/x", server=STRANGER)
        await stage.connect("evil.example:443")
        said = await figures()
        for line in (
            'kairan_door_passed_total{way="inbound"} 1.0',
            'kairan_door_denied_total{way="inbound",why="unlisted"} 1.0',
            'kairan_door_denied_total{way="outbound",why="unlisted"} 1.0',
            "kairan_door_allowed 2.0",
            "kairan_door_expired 0.0",
        ):
            assert line in said
        assert not any(name in said for name in (MEMBER, STRANGER, "evil"))
        assert json.loads(await figures("/healthz")) == {"ok": True, "expired": False}
        stage.allow(MEMBER, until=1)
        assert "kairan_door_expired 1.0" in await figures()

    play(story, tmp_path, metrics=("127.0.0.1", 0))


def test_the_command_runs_the_door_of_a_kairan_toml(tmp_path):
    authority = Authority(tmp_path / "ca")
    authority.certify(OWN, tmp_path)
    ports = [free() for _ in range(3)]
    write_list(tmp_path / "allow.txt", [MEMBER])
    (tmp_path / "kairan.toml").write_text(
        f'[homeserver]\nserver_name = "{OWN}"\n[federation]\nallow_file = "allow.txt"\nprivate = true\n'
        f'[federation.door]\nlisten = "127.0.0.1:{ports[0]}"\noutbound = "127.0.0.1:{ports[1]}"\n'
        f'metrics = "127.0.0.1:{ports[2]}"\ncertificate = "tls.pem"\nkey = "tls.key"\n'
        f'beyond = ["push.localhost:{ports[0]}"]\n'
        f'[federation.door.targets]\n"{MEMBER}" = ["tama.localhost:{ports[2]}"]\n'
    )
    command = [sys.executable, "-m", "bridge", "federation", "door", "--config", str(tmp_path / "kairan.toml")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        asyncio.run(asyncio.wait_for(opened(ports), 60))
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert b"Traceback" not in said


async def opened(ports):
    while True:
        try:
            async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{ports[2]}/metrics") as reply:
                assert "kairan_door_allowed 2.0" in await reply.text()
                break
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)
    answers = []
    for target in (f"push.localhost:{ports[0]}", f"tama.localhost:{ports[2]}", f"tama.localhost:{ports[0]}"):
        reader, writer = await asyncio.open_connection("127.0.0.1", ports[1])
        writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        answers.append((await reader.readuntil(b"\r\n\r\n")).split()[1])
        writer.transport.abort()
    assert answers == [b"200", b"200", b"403"]


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
