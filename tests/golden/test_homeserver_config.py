"""The reference files of an installation are what the templates make, and say what they should."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path, PurePosixPath

import jsonschema
import pytest
import yaml

from bridge.config import read_config
from bridge.errors import Misconfigured
from bridge.homeserver import (
    Deployment,
    Settings,
    Training,
    deployment_of,
    everything,
    homeserver_lines,
    homeserver_yaml,
    kairan_toml,
    registration,
    settings_of,
)
from bridge.lab import Authority
from tests.golden.compose import COMPOSE

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "homeserver-config"
TOKENS = {"as_token": "not-a-secret-change-me-as-token", "hs_token": "not-a-secret-change-me-hs-token"}
PLACES = {"trial": "systemd", "town": "compose", "city": "compose"}


def reference(shape):
    place, host = PLACES[shape], f"{shape}.example.jp"
    web = "" if shape == "trial" else f"element.{host}"
    return Settings(
        server_name=host,
        municipality="つくば市",
        **TOKENS,
        homeserver_url="http://synapse:8008" if place == "compose" else "http://127.0.0.1:8008",
        listen="0.0.0.0:9090" if place == "compose" else "127.0.0.1:9090",
        stewards=(f"@admin:{host}",),
        code="082201",
        english="Tsukuba",
        kind="municipality",
        contact="情報政策課 029-000-0000",
        deployment=Deployment(shape=shape, place=place, host=host, web=web, email=f"it@{host}"),
    )


def rendered(shape, **changes):
    """From the reference kairan.toml, as `kairan homeserver render` does."""
    config = replace(read_config(FOLDER / shape / "kairan.toml"), folder=PurePosixPath("/var/lib/kairan"))
    config = replace(config, deploy=config.deploy.model_copy(update=changes))
    settings = settings_of(config, into="/etc/kairan-homeserver", **TOKENS)
    return everything(settings, deployment_of(config))


REFERENCE = reference("town")
HOSTILE = '"]}\n: - # x\\ \x7f 「$server_name」'


@pytest.mark.parametrize("shape", PLACES)
def test_the_reference_files_are_what_their_kairan_toml_makes(shape, golden):
    golden(FOLDER / shape / "registration.yaml", registration(reference(shape)))
    golden(FOLDER / shape / "kairan.toml", kairan_toml(reference(shape)))
    files = rendered(shape)
    for name, text in files.items():
        golden(FOLDER / shape / name, text)
    there = {str(path.relative_to(FOLDER / shape)) for path in (FOLDER / shape).rglob("*") if path.is_file()}
    assert there == {*files, "kairan.toml"}


def test_the_homeserver_always_starts_with_a_list_of_whom_to_federate_with():
    for allow in ((), ("nakatsu.example.jp",)):
        said = yaml.safe_load(homeserver_yaml(Settings("tsukuba.example.jp", "つくば市", "a", "h", allow=allow)))
        assert said["federation_domain_whitelist"] == ["tsukuba.example.jp", *allow]


def test_nothing_of_a_training_ground_is_in_a_real_installation():
    real = Settings("tsukuba.example.jp", "つくば市", "a", "h")
    training = Settings("tsukuba.example.jp", "つくば市", "a", "h", training=Training("/ca.pem", "/allow.txt", "s"))
    extra = set(yaml.safe_load(homeserver_yaml(training))) - set(yaml.safe_load(homeserver_yaml(real)))
    assert {"registration_shared_secret", "modules", "rc_message", "bcrypt_rounds", "ip_range_blacklist"} <= extra


def test_the_names_kept_for_the_bot_are_its_own_and_no_others():
    names = yaml.safe_load(registration(REFERENCE))["namespaces"]
    user, alias = names["users"][0]["regex"], names["aliases"][0]["regex"]
    for mine in ("@kairan:town.example.jp", "@kairan_form:town.example.jp"):
        assert re.fullmatch(user, mine)
    for other in ("@kairanban:town.example.jp", "@kairan:townxexample.jp", "@_kairan:town.example.jp"):
        assert not re.fullmatch(user, other)
    assert re.fullmatch(alias, "#kairan_staff:town.example.jp")
    assert not re.fullmatch(alias, "#kairanban:town.example.jp")


def test_no_name_breaks_out_of_its_place():
    hostile = Settings(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        folder=f"/{HOSTILE}",
        allow=(HOSTILE,),
        stewards=(HOSTILE,),
        names=((HOSTILE, HOSTILE),),
    )
    assert yaml.safe_load(homeserver_yaml(hostile))["federation_domain_whitelist"] == [HOSTILE, HOSTILE]
    assert yaml.safe_load(registration(hostile))["as_token"] == HOSTILE
    toml = tomllib.loads(kairan_toml(hostile))
    assert toml["kairan"]["municipality"] == HOSTILE
    assert toml["federation"] == {"allow": [HOSTILE], "names": {HOSTILE: HOSTILE}}
    assert toml["people"]["stewards"] == [HOSTILE]


def test_kairan_reads_its_reference_file():
    config = read_config(FOLDER / "town" / "kairan.toml")
    assert config.as_token == REFERENCE.as_token
    assert config.bot == "@kairan:town.example.jp"
    assert config.permitted == {"town.example.jp"}


def test_the_lines_for_an_existing_homeserver_name_the_registration():
    lines = homeserver_lines(PurePosixPath("/etc/kairan/registration.yaml"))
    assert yaml.safe_load(lines) == {"app_service_config_files": ["/etc/kairan/registration.yaml"]}


@pytest.mark.parametrize("shape", PLACES)
def test_nobody_but_ourselves_may_federate_and_no_guest_enters(shape):
    said = yaml.safe_load(rendered(shape)["homeserver.yaml"])
    assert said["federation_domain_whitelist"] == [f"{shape}.example.jp"]
    for refused in ("allow_guest_access", "enable_registration", "allow_public_rooms_over_federation"):
        assert said[refused] is False
    assert said["retention"]["default_policy"]["max_lifetime"] == "1095d"
    assert said["database"]["name"] == ("sqlite3" if shape == "trial" else "psycopg2")
    assert ("redis" in said) == (shape == "city")


def test_days_of_zero_keep_everything_for_ever():
    said = yaml.safe_load(rendered("town", message_days=0, media_days=0)["homeserver.yaml"])
    assert (said["retention"], said["media_retention"]) == ({"enabled": False}, {})


def test_each_process_of_a_city_is_known_to_both_reverse_proxies_and_to_its_supervisor():
    files, units = rendered("city", workers=3), rendered("city", workers=3, place="systemd", data="/var/lib/synapse")
    compose = yaml.safe_load(files["docker-compose.yml"])["services"]
    for name in ("worker1", "worker2", "worker3"):
        socket = f"/data/sockets/{name}.sock"
        assert yaml.safe_load(files[f"{name}.yaml"])["worker_listeners"][0]["path"] == socket
        assert f"server unix:{socket};" in files["nginx.conf"]
        assert f"unix/{socket}" in files["Caddyfile"]
        assert f"--config-path=/config/{name}.yaml" in compose[f"synapse-{name}"]["command"]
        assert f"/{name}.yaml" in units[f"systemd/matrix-synapse-{name}.service"]
    assert "synapse-sender" in compose
    assert "worker4.yaml" not in files


def test_without_a_door_the_proxy_speaks_to_the_homeserver_itself():
    files = rendered("town", door=False)
    assert "door" not in yaml.safe_load(files["docker-compose.yml"])["services"]
    assert "synapse:8448" in files["Caddyfile"]
    assert "https_proxy" not in files["docker-compose.yml"]


def test_the_well_known_files_say_where_a_server_with_another_name_is():
    files = rendered("town", host="matrix.town.example.jp")
    server = json.loads(files["public/.well-known/matrix/server"])
    client = json.loads(files["public/.well-known/matrix/client"])
    assert server == {"m.server": "matrix.town.example.jp:443"}
    assert client == {"m.homeserver": {"base_url": "https://matrix.town.example.jp"}}
    assert "town.example.jp, matrix.town.example.jp {" in files["Caddyfile"]
    assert "server_name town.example.jp matrix.town.example.jp;" in files["nginx.conf"]


@pytest.mark.parametrize("name", ["x y", "x;return 200;", "x{", "[::1]", "a\nb", ""])
def test_a_server_name_that_would_say_more_in_another_grammar_is_refused(name):
    config = read_config(FOLDER / "town" / "kairan.toml")
    config = replace(config, homeserver=config.homeserver.model_copy(update={"server_name": name}))
    with pytest.raises(Misconfigured):
        settings_of(config, into="/etc/kairan", **TOKENS)


@pytest.mark.parametrize("shape", ["trial", "town", "city"])
@pytest.mark.parametrize("changes", [{}, {"door": False}, {"web": ""}])
def test_the_compose_file_is_of_the_specification(shape, changes):
    compose = yaml.safe_load(rendered(shape, place="compose", **changes)["docker-compose.yml"])
    jsonschema.validate(compose, COMPOSE, cls=jsonschema.Draft202012Validator)
    for service in compose["services"].values():
        for name in service.get("depends_on", {}):
            waits = service["depends_on"][name]["condition"] == "service_healthy"
            assert not waits or "healthcheck" in compose["services"][name]


@pytest.mark.parametrize("shape", ["town", "city"])
def test_the_compose_file_pins_mounts_checks_and_keeps_no_secret(shape):
    files = rendered(shape)
    text = files["docker-compose.yml"]
    compose = yaml.safe_load(text)
    services = compose["services"]
    assert {"synapse", "postgres", "kairan", "door", "element", "caddy"} <= set(services)
    for name, service in services.items():
        assert name == "synapse-key" or service["healthcheck"]["test"][0] == "CMD"
        assert re.search(r":v?\d+\.\d+", service["image"])
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            inside = source.removeprefix("./")
            assert (
                source in compose["volumes"] or source.startswith(("${KAIRAN_FOLDER", "$")) or inside in {"", "public"}
                or inside in files
            ), (name, source)  # fmt: skip
        assert set(service.get("depends_on", {})) <= set(services)
    assert {name for name, service in services.items() if "ports" in service} == {"caddy"}
    for secret in TOKENS.values():
        assert secret not in text
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith("${")


def test_the_compose_file_at_the_root_is_the_towns():
    root = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    assert [(ROOT / path).exists() for path in root["include"]] == [True]


@pytest.mark.parametrize("shape", ["town", "city"])
def test_docker_accepts_the_compose_file(shape):
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed here: only the checks without it were made")
    known = {"KAIRAN_POSTGRES_PASSWORD": "x", "KAIRAN_UID": "1", "KAIRAN_GID": "1", "KAIRAN_FOLDER": "/x"}
    said = subprocess.run(
        [docker, "compose", "-f", str(FOLDER / shape / "docker-compose.yml"), "config", "-q"],
        env=os.environ | known,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("shape", PLACES)
def test_nginx_accepts_its_file(shape, tmp_path):
    nginx = shutil.which("nginx")
    if not nginx:
        pytest.skip("nginx is not installed here: its file was not tried")
    Authority(tmp_path / "ca").certify("x.example.jp", tmp_path)
    text = (
        rendered(shape)["nginx.conf"]
        .replace("synapse:", "127.0.0.1:")
        .replace("door:", "127.0.0.1:")
        .replace("kairan:", "127.0.0.1:")
    )
    text = re.sub(r"/etc/letsencrypt\S+/fullchain.pem", str(tmp_path / "tls.pem"), text)
    text = re.sub(r"/etc/letsencrypt\S+/privkey.pem", str(tmp_path / "tls.key"), text)
    (tmp_path / "kairan.conf").write_text(text)
    (tmp_path / "logs").mkdir()
    whole = f"pid {tmp_path}/pid; error_log {tmp_path}/logs/error.log; events {{}} http {{ access_log off;\n"
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    (tmp_path / "nginx.conf").write_text(f"{whole}{temporary} include {tmp_path}/kairan.conf; }}\n")
    said = subprocess.run([nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("shape", PLACES)
def test_caddy_accepts_its_file(shape, tmp_path):
    caddy = shutil.which("caddy")
    if not caddy:
        pytest.skip("caddy is not installed here: its file was not tried")
    (tmp_path / "Caddyfile").write_text(rendered(shape)["Caddyfile"])
    said = subprocess.run([caddy, "validate", "--config", str(tmp_path / "Caddyfile")],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert said.returncode == 0, said.stderr
