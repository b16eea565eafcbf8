"""The training ground: real homeservers on this machine, found, started, cut, killed and gone."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time

import aiohttp
import pytest

from bridge.config import read_config
from bridge.errors import Misconfigured, Refused
from bridge.homeserver import Settings
from bridge.lab import Authority, Homeserver, Lab, Town, ports
from bridge.lab.up import read_towns
from tests.person import Person

pytestmark = pytest.mark.lab

TSUKUBA, NAKATSU = Town("tsukuba", "つくば市"), Town("nakatsu", "中津市")
UP = "from argparse import *; from bridge.lab.up import *; p = ArgumentParser(); add_arguments(p); run(p.parse_args())"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("pair"), (TSUKUBA, NAKATSU))
    asyncio.run(lab.start())
    yield lab.homeservers["tsukuba"], lab.homeservers["nakatsu"]
    asyncio.run(lab.stop())


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def eventually(true, seconds=10):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def ports_of(lab):
    return [p for h in lab.homeservers.values() for p in (h.settings.client_port, h.settings.federation_port)]


def test_a_second_lab_of_three_starts_beside_the_first_and_leaves_nothing(lab, tmp_path):
    second, began = Lab(tmp_path), time.monotonic()
    asyncio.run(second.start())
    print(f"\nthree healthy after {time.monotonic() - began:.1f} s")
    ports, pids = ports_of(second), [h.pid for h in second.homeservers.values()]
    assert len(pids) == 3
    assert not set(ports) & set(ports_of(lab))
    assert all(is_open(port) for port in ports + ports_of(lab))

    asyncio.run(second.stop())
    assert not any(is_alive(pid) for pid in pids)
    assert not any(is_open(port) for port in ports)
    assert all(is_open(port) for port in ports_of(lab))


def test_a_message_crosses_from_town_to_town_over_federation(lab):
    async def story():
        sato = await Person.at(lab.homeservers["tsukuba"])
        tanaka = await Person.at(lab.homeservers["nakatsu"])
        room = await sato.make_room("gyosei_dx")
        status, _ = await tanaka.join(f"#gyosei_dx:{lab.homeservers['tsukuba'].server_name}")
        assert status == 200
        began = time.monotonic()
        await sato.say(room, "おはようございます")
        event = await tanaka.hear(room, "おはようございます")
        assert event["sender"] == sato.user_id
        assert time.monotonic() - began < 5

    asyncio.run(story())


def test_a_picture_is_seen_with_old_clients_too_and_from_the_next_town(lab):
    async def story():
        tsukuba, nakatsu = lab.homeservers["tsukuba"], lab.homeservers["nakatsu"]
        sato = await Person.at(tsukuba)
        headers = {"Authorization": f"Bearer {sato.token}", "Content-Type": "image/png"}
        async with aiohttp.ClientSession() as web:
            url = f"{tsukuba.client_url}/_matrix/media/v3/upload"
            async with web.post(url, data=b"\x89PNG\r\n\x1a\n", headers=headers) as reply:
                mxc = (await reply.json())["content_uri"].removeprefix("mxc://")
            for town in (tsukuba, nakatsu):
                async with web.get(f"{town.client_url}/_matrix/media/v3/download/{mxc}") as reply:
                    assert (reply.status, await reply.read()) == (200, b"\x89PNG\r\n\x1a\n"), town.server_name

    asyncio.run(story())


def test_the_bot_of_the_registration_can_be_made_and_its_names_are_closed_to_others(lab):
    async def story():
        homeserver = lab.homeservers["tama"]
        bot = Person(homeserver, f"@kairan:{homeserver.server_name}", homeserver.as_token)
        body = {"type": "m.login.application_service", "username": "kairan", "inhibit_login": True}
        assert await bot.call("POST", "/register", body) == {
            "user_id": bot.user_id,
            "home_server": homeserver.server_name,
        }
        with pytest.raises(Refused):
            await homeserver.register("kairan_2", "pw")
        someone = await Person.at(homeserver)
        status, said = await someone.ask("POST", "/createRoom", {"room_alias_name": "kairan_staff"})
        assert (status, said["errcode"]) == (400, "M_EXCLUSIVE")

    asyncio.run(story())


def test_a_town_whose_certificate_is_from_another_authority_is_refused(pair, tmp_path):
    async def story():
        tsukuba, nakatsu = pair
        sato, tanaka = await Person.at(tsukuba), await Person.at(nakatsu)
        await tanaka.make_room("naisho")
        true = {name: (nakatsu.folder / name).read_bytes() for name in ("tls.pem", "tls.key")}
        await nakatsu.stop()
        Authority(tmp_path).certify("nakatsu.localhost", nakatsu.folder)
        await nakatsu.start()
        assert (await sato.join(f"#naisho:{nakatsu.server_name}"))[0] == 502

        await nakatsu.stop()
        for name, content in true.items():
            (nakatsu.folder / name).write_bytes(content)
        await nakatsu.start()
        await joined_in_time(sato, f"#naisho:{nakatsu.server_name}")

    asyncio.run(story())


def test_a_town_taken_off_the_allow_list_is_cut_off_while_running(pair):
    async def story():
        tsukuba, nakatsu = pair
        sato, tanaka = await Person.at(tsukuba), await Person.at(nakatsu)
        await tanaka.make_room("rengo")
        tsukuba.allow([])
        await asyncio.sleep(1)
        status, _ = await sato.join(f"#rengo:{nakatsu.server_name}")
        assert status in {403, 502}
        tsukuba.allow([nakatsu.server_name])
        await joined_in_time(sato, f"#rengo:{nakatsu.server_name}")

    asyncio.run(story())


async def joined_in_time(person, alias, seconds=15):
    """After a refusal a homeserver holds back for up to 2 s."""
    end = time.monotonic() + seconds
    while (await person.join(alias))[0] != 200:
        assert time.monotonic() < end
        await asyncio.sleep(0.3)


def test_a_homeserver_that_was_killed_comes_back_as_itself(pair):
    async def story():
        sato = await Person.at(pair[0])
        room = await sato.make_room("mae")
        await sato.say(room, "残ります")
        pid = pair[0].pid
        await pair[0].kill()
        assert not is_alive(pid)
        assert pair[0].pid is None
        await pair[0].start()
        assert (await sato.hear(room, "残ります"))["sender"] == sato.user_id

    asyncio.run(story())


def test_a_folder_used_again_brings_back_names_ports_keys_and_people(tmp_path):
    async def story():
        async with Lab(tmp_path, (TSUKUBA,)) as lab:
            first = lab.homeservers["tsukuba"]
            user_id = await first.register("sato", "pw", "佐藤")
            key = (first.folder / "signing.key").read_text()
        async with Lab(tmp_path, (TSUKUBA,)) as lab:
            again = lab.homeservers["tsukuba"]
            assert again.settings == first.settings
            assert (again.folder / "signing.key").read_text() == key
            await Person.log_in(again, user_id)
            config = read_config(again.write_kairan(tmp_path / "kairan", stewards=[user_id]))
            assert (config.as_token, config.people.stewards) == (again.as_token, (user_id,))
            with pytest.raises(Misconfigured, match=f"Port {again.settings.client_port}.* is taken"):
                await Lab(tmp_path, (TSUKUBA,)).start()

    asyncio.run(story())


def test_a_town_founded_later_is_let_in_by_those_that_were_there(tmp_path):
    async def story():
        async with Lab(tmp_path, (TSUKUBA,)):
            pass
        async with Lab(tmp_path, (TSUKUBA, NAKATSU)) as lab:
            sato, tanaka = [await Person.at(homeserver) for homeserver in lab.homeservers.values()]
            await sato.make_room("ato")
            assert (await tanaka.join(f"#ato:{sato.homeserver.server_name}"))[0] == 200

    asyncio.run(story())


def test_the_files_of_a_real_installation_start_a_real_synapse(tmp_path):
    held = [ports.find(19008), ports.find(19448)]
    client_port, federation_port = (each.getsockname()[1] for each in held)
    settings = Settings(
        server_name="tsukuba.example.jp",
        municipality="つくば市",
        as_token="as",
        hs_token="hs",
        folder=str(tmp_path),
        config_folder=str(tmp_path),
        database=str(tmp_path / "homeserver.db"),
        client_port=client_port,
        federation_port=federation_port,
        homeserver_url=f"http://127.0.0.1:{client_port}",
    )
    real = Homeserver("tsukuba", settings, held)
    try:
        asyncio.run(real.start())
        assert (tmp_path / "signing.key").exists()
    finally:
        asyncio.run(real.stop())
        for each in held:
            each.close()


def test_a_start_that_fails_quotes_the_end_of_the_log_and_leaves_no_town_running(tmp_path):
    (tmp_path / "nakatsu").mkdir()
    (tmp_path / "nakatsu" / "homeserver.db").write_text("これはデータベースではありません。" * 100)
    lab = Lab(tmp_path, (TSUKUBA, NAKATSU))
    with pytest.raises(
        Misconfigured, match=r"(?s)nakatsu\.localhost:\d+: .*The homeserver ended.*file is not a database"
    ):
        asyncio.run(lab.start())
    assert not lab.homeservers
    for town in ("tsukuba", "nakatsu"):
        kept = json.loads((tmp_path / town / "town.json").read_text())
        assert not is_open(kept["client_port"])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_lab_up_tells_how_to_log_in_and_nothing_outlives_it(tmp_path, how):
    report, temporary = tmp_path / "lab.json", tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-c", UP, "tsukuba", "--json", str(report)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=os.environ | {"TMPDIR": str(temporary)}, start_new_session=True
    ) as running:
        eventually(lambda: report.exists() or running.poll() is not None, 60)
        town = json.loads(report.read_text())["municipalities"][0]
        port = int(town["client_url"].rpartition(":")[2])
        assert is_open(port)
        running.send_signal(how)
        printed = running.stdout.read().decode()
        assert running.wait(30) == (-9 if how == signal.SIGKILL else 0)
    eventually(lambda: not is_open(port))
    if how != signal.SIGKILL:
        assert town["users"][0]["password"] in printed
        assert not list(temporary.iterdir())


def test_lab_up_puts_a_door_around_each_homeserver_where_told(tmp_path):
    report, folder = tmp_path / "lab.json", tmp_path / "lab"
    command = [sys.executable, "-c", UP, "tsukuba", "--doors", "--folder", str(folder), "--json", str(report)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as running:
        eventually(lambda: report.exists() or running.poll() is not None, 60)
        server = json.loads(report.read_text())["municipalities"][0]["server_name"]
        port = int(server.rpartition(":")[2])
        assert is_open(port)
        assert "the door is open" in (folder / "tsukuba" / "door.log").read_text()
        running.send_signal(signal.SIGTERM)
        running.stdout.read()
        assert running.wait(30) == 0
    eventually(lambda: not is_open(port))


def test_a_town_that_cannot_stand_in_an_address_is_refused():
    assert [town.name for town in read_towns([])] == ["つくば市", "中津市", "多摩市"]
    assert read_towns(["tama", "tama", "hita"]) == (Town("tama", "多摩市"), Town("hita", "hita"))
    for name in ("つくば", "a.b", "../x", "-a", "A", "x" * 64, "a:1"):
        with pytest.raises(Misconfigured):
            read_towns([name])
