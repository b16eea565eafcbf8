"""`kairan doctor` on this machine and from outside: each mistake is made for real, and found with its remedy."""

import asyncio
import json
import os
import pwd
import shutil
import ssl
import sys
import tempfile
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bridge import picture
from bridge.cli import main
from bridge.clock import now
from bridge.config import read_config
from bridge.doctor import found
from bridge.doctor.finding import Asked
from bridge.doctor.here import here
from bridge.doctor.outside import outside
from bridge.lab import Authority
from bridge.lab.authority import _name, _write_key
from bridge.store.engine import Store, database_url, migrations

pytestmark = pytest.mark.heavy

NAME = "town.example.jp"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "kairan"
    assert main(["init", "--folder", str(made), "--municipality", "つくば市", "--server-name", NAME,
                 "--steward", f"@admin:{NAME}"]) == 0  # fmt: skip
    store = Store(database_url("kairan.db", made))
    store.migrate()
    store.close()
    return made


def changed(folder, old, new):
    file = folder / "kairan.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


async def gathered(asked, probe):
    return {finding.probe: finding async for finding in found(asked, (probe,))}


def seen(folder, probe=here, **asked):
    """Name → finding."""
    config = read_config(folder / "kairan.toml")
    return asyncio.run(gathered(Asked(config=config, **{"homeserver_yaml": {}, **asked}), probe))


def the_only_mistake(findings):
    (wrong,) = [name for name, finding in findings.items() if not finding.well]
    assert findings[wrong].remedy.ja
    assert findings[wrong].remedy.en
    return wrong


def test_on_a_sound_machine_there_is_nothing_to_say(folder):
    findings = seen(folder, homeserver_yaml={"federation_domain_whitelist": [NAME]})
    assert [name for name, finding in findings.items() if not finding.well] == []
    assert len(findings) == 9


@pytest.mark.parametrize("name", ["Town.example.jp", "https://town.example.jp", "town.example.jp/"])
def test_a_server_name_with_a_capital_or_a_scheme(folder, name):
    changed(folder, f'server_name = "{NAME}"', f'server_name = "{name}"')
    assert the_only_mistake(seen(folder)) == "server-name"


def test_a_health_address_that_everybody_reaches(folder):
    changed(folder, 'listen = "127.0.0.1:0"', 'listen = "0.0.0.0:9090"')
    assert the_only_mistake(seen(folder)) == "listen"


def test_a_time_zone_that_is_not_japans(folder):
    changed(folder, "Asia/Tokyo", "UTC")
    assert the_only_mistake(seen(folder)) == "timezone"


def test_tokens_that_others_can_read(folder):
    (folder / "registration.yaml").chmod(0o644)
    assert the_only_mistake(seen(folder)) == "secrets"


def test_a_federation_list_without_our_own_server(folder):
    findings = seen(folder, homeserver_yaml={"federation_domain_whitelist": ["other.example.jp"]})
    assert the_only_mistake(findings) == "allow-list"


@pytest.mark.parametrize("free", [0, 900_000_000])
def test_a_disk_that_is_nearly_full(folder, monkeypatch, free):
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    assert the_only_mistake(seen(folder)) == "disk"


def test_a_database_of_before_an_upgrade(folder):
    (folder / "kairan.db").unlink()
    store = Store(database_url("kairan.db", folder))
    store.migrate(to=migrations()[0].partition("_")[0])
    store.close()
    assert the_only_mistake(seen(folder)) == "migrations"


def test_a_database_that_cannot_be_written(folder):
    """Asked as somebody who may only read: root may always write."""
    assert mistakes(seen(folder)) == set()
    with tempfile.TemporaryDirectory() as open_to_all:
        moved = Path(open_to_all) / "kairan"
        shutil.copytree(folder, moved)
        config = read_config(moved / "kairan.toml")
        for path in (moved.parent, moved):
            path.chmod(0o755)
        (moved / "kairan.db").chmod(0o444)
        me = os.geteuid()
        if me == 0:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        try:
            findings = asyncio.run(gathered(Asked(config=config, homeserver_yaml={}), here))
        finally:
            os.seteuid(me)
        assert mistakes(findings) - {"secrets"} == {"database"}


def test_a_database_server_that_is_away(folder):
    changed(folder, 'database = "kairan.db"', 'database = "postgresql://k:secret@/x?host=/nowhere"')
    findings = seen(folder)
    assert the_only_mistake(findings) == "database"
    assert "secret" not in findings["database"].line()


def test_a_font_that_is_missing(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib_fontja", None)  # as where it was never installed
    for remembered in (picture.font_file, picture.png):
        remembered.cache_clear()
    try:
        assert the_only_mistake(seen(folder)) == "font"
    finally:
        picture.font_file.cache_clear()


# -- from outside ----------------------------------------------------------------------------------------------------


def certified(authority, folder, host, *, days):
    """A certificate for `host` that ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = now() - timedelta(days=100)
    certificate = (
        x509.CertificateBuilder(issuer_name=authority._certificate.subject, subject_name=_name(host),
                                public_key=key.public_key(), serial_number=x509.random_serial_number(),
                                not_valid_before=made, not_valid_after=now() + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(authority._key, hashes.SHA256())
    )  # fmt: skip
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    _write_key(folder / "tls.key", key)
    (folder / "tls.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


class World:
    """What stands at our name: answers by path, each of which a test may change."""

    def __init__(self, folder):
        self.folder, self.authority = folder, Authority(folder / "ca")
        self.host, self.days = NAME, 90
        self.server = {"m.server": f"{NAME}:443"}
        self.client = {"m.homeserver": {"base_url": f"https://{NAME}"}}
        self.shown, self.decodes = NAME, False

    @asynccontextmanager
    async def up(self):
        """Its (address, port)."""
        certified(self.authority, self.folder, self.host, days=self.days)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.folder / "tls.pem", self.folder / "tls.key")
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        try:
            yield runner.addresses[0][:2]
        finally:
            await runner.cleanup()

    async def answer(self, request):
        path = request.path if self.decodes else request.raw_path
        match path:
            case "/.well-known/matrix/server":
                return self._said(self.server)
            case "/.well-known/matrix/client":
                return self._said(self.client)
            case "/_matrix/client/versions" | "/_matrix/federation/v1/version":
                return web.json_response({})
            case "/_matrix/key/v2/server":
                return web.json_response({"server_name": self.shown})
            case path if path.startswith("/_matrix/federation/v1/event/") and path.count("/") == 5:
                return web.json_response({"errcode": "M_UNAUTHORIZED"}, status=401)
            case _:
                return web.json_response({"errcode": "M_UNRECOGNIZED"}, status=404)

    @staticmethod
    def _said(body):
        return web.Response(status=404) if body is None else web.Response(text=json.dumps(body))

    def seen(self, folder, *, closed=False):
        config = read_config(folder / "kairan.toml")

        async def story():
            async with self.up() as where:
                asked = Asked(config=config, homeserver_yaml={}, connect_to=("127.0.0.1", 1) if closed else where,
                              authority=str(self.authority.certificate_path))  # fmt: skip
                return await gathered(asked, outside)

        return asyncio.run(story())


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def mistakes(findings):
    wrong = {name for name, finding in findings.items() if not finding.well}
    assert all(findings[name].remedy.ja and findings[name].remedy.en for name in wrong)
    return wrong


def test_a_name_that_is_served_well_has_no_mistakes(folder, world):
    findings = world.seen(folder)
    assert mistakes(findings) == set()
    assert len(findings) == 7


@pytest.mark.parametrize("said", [None, {}, {"m.server": f"https://{NAME}"}, {"m.server": 443}, []])
def test_a_well_known_file_for_servers_that_is_wrong(folder, world, said):
    world.server = said
    assert mistakes(world.seen(folder)) == {"well-known-server"}


@pytest.mark.parametrize("said", [None, {}, {"m.homeserver": {"base_url": "http://[:"}}, {"m.homeserver": "x"}])
def test_a_well_known_file_for_clients_that_is_wrong(folder, world, said):
    world.client = said
    assert mistakes(world.seen(folder)) == {"well-known-client"}


def test_a_closed_port(folder, world):
    assert mistakes(world.seen(folder, closed=True)) == {"well-known-client", "well-known-server", "port"}


def test_a_certificate_that_has_expired(folder, world):
    world.days = -1
    found_ = world.seen(folder)
    assert "certificate" in mistakes(found_)
    assert "expired" in found_["certificate"].remedy.en


def test_a_certificate_of_another_name(folder, world):
    world.host = "other.example.jp"
    found_ = world.seen(folder)
    assert "certificate" in mistakes(found_)
    assert NAME in found_["certificate"].remedy.en


def test_a_certificate_that_expires_soon(folder, world):
    world.days = 5
    assert mistakes(world.seen(folder)) == {"certificate-days"}


def test_another_homeserver_behind_our_name(folder, world):
    world.shown = "other.example.jp"
    assert mistakes(world.seen(folder)) == {"federation"}


def test_a_reverse_proxy_that_changes_paths(folder, world):
    world.decodes = True
    assert mistakes(world.seen(folder)) == {"path"}


def test_the_doctor_prints_json_for_scripts_and_says_by_its_exit_code_whether_all_is_well(folder, capsys):
    capsys.readouterr()
    assert main(["doctor", "--config", str(folder / "kairan.toml"), "--connect-to", "127.0.0.1:1", "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["probe"] for line in lines if not line["well"]} >= {"homeserver", "port"}
    assert all(set(line) == {"probe", "well", "what", "remedy"} for line in lines)
