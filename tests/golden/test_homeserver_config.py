"""The reference files of an installation are what the templates make, and say what they should."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path, PurePosixPath

import pytest
import yaml

from bridge.config import read_config
from bridge.homeserver import (
    Settings,
    Training,
    compose_yaml,
    homeserver_lines,
    homeserver_yaml,
    kairan_toml,
    log_config,
    registration,
)

ROOT = Path(__file__).parents[2]
REFERENCE = Settings(
    server_name="tsukuba.example.jp",
    municipality="つくば市",
    as_token="not-a-secret-change-me-as-token",
    hs_token="not-a-secret-change-me-hs-token",
    database="host=postgres user=synapse dbname=synapse",
    bind_address="0.0.0.0",
    homeserver_url="http://synapse:8008",
    listen="127.0.0.1:9090",
    allow=("nakatsu.example.jp", "tama.example.jp"),
    names=(("nakatsu.example.jp", "中津市"), ("tama.example.jp", "多摩市")),
    stewards=("@admin:tsukuba.example.jp",),
)
RENDERED = {
    "homeserver-config/homeserver.yaml": homeserver_yaml(REFERENCE),
    "homeserver-config/registration.yaml": registration(REFERENCE),
    "homeserver-config/kairan.toml": kairan_toml(REFERENCE),
    "homeserver-config/log.config": log_config(),
    "docker-compose.yml": compose_yaml(REFERENCE),
}
HOSTILE = '"]}\n: - # x\\ \x7f 「$server_name」'


@pytest.mark.parametrize("path", RENDERED)
def test_a_reference_file_is_what_its_template_makes(path, golden):
    golden(ROOT / path, RENDERED[path])


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
    for mine in ("@kairan:tsukuba.example.jp", "@kairan_form:tsukuba.example.jp"):
        assert re.fullmatch(user, mine)
    for other in ("@kairanban:tsukuba.example.jp", "@kairan:tsukubaxexample.jp", "@_kairan:tsukuba.example.jp"):
        assert not re.fullmatch(user, other)
    assert re.fullmatch(alias, "#kairan_staff:tsukuba.example.jp")
    assert not re.fullmatch(alias, "#kairanban:tsukuba.example.jp")


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
    config = read_config(ROOT / "homeserver-config" / "kairan.toml")
    assert config.as_token == REFERENCE.as_token
    assert config.bot == "@kairan:tsukuba.example.jp"
    assert config.municipality("nakatsu.example.jp") == "中津市"


def test_the_lines_for_an_existing_homeserver_name_the_registration():
    lines = homeserver_lines(PurePosixPath("/etc/kairan/registration.yaml"))
    assert yaml.safe_load(lines) == {"app_service_config_files": ["/etc/kairan/registration.yaml"]}


def test_the_compose_file_pins_mounts_checks_and_keeps_no_secret():
    text = RENDERED["docker-compose.yml"]
    compose = yaml.safe_load(text)
    services = compose["services"]
    assert set(services) == {"synapse", "postgres", "kairan"}
    for name, service in services.items():
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service.get("image") is None or re.search(r":v?\d+\.\d+", service["image"])
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists(), (name, source)
        assert set(service.get("depends_on", {})) <= set(services)
    assert all(port.startswith("127.0.0.1:") for port in services["synapse"]["ports"])
    assert REFERENCE.as_token not in text
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith("${")


def test_docker_accepts_the_compose_file():
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed here: only the checks without it were made")
    environment = os.environ | {"KAIRAN_POSTGRES_PASSWORD": "x"}
    said = subprocess.run(
        [docker, "compose", "-f", str(ROOT / "docker-compose.yml"), "config", "-q"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
