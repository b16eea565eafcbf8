"""`kairan init` in a terminal asks eight questions at most, and `kairan homeserver render` writes the rest."""

import os
import pty
import re
import stat
import sys

import pytest
import yaml

from bridge.cli import main
from bridge.config import read_config

ANSWERS = {
    "server name": "chat.city.example.jp",
    "first steward": "@admin:chat.city.example.jp",
    "homeserver too": "town",
    "where does it run": "compose",
    "its code": "132063",
    "name in English": "",
    "other members call": "総務課 042-000-0000",
    "municipality": "府中市",
    "client URL": "",
}


def asked(folder, *flags, answers=ANSWERS):
    """(exit code, questions) of `kairan init` in a real terminal, each question answered once."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "bridge", "init", "--folder", str(folder), *flags])
    said, questions, start = "", [], 0
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part.decode("utf-8", "replace")
        if said[start:].endswith(": "):
            question = said[start:]
            questions.append(question)
            start = len(said)
            os.write(terminal, (next(a for q, a in answers.items() if q in question) + "\n").encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), questions


def test_eight_questions_are_asked_and_no_more(tmp_path):
    code, questions = asked(tmp_path / "k")
    assert code == 0
    assert len(questions) == 8
    config = read_config(tmp_path / "k" / "kairan.toml")
    deploy, said = config.deploy, config.federation
    assert (deploy.shape, deploy.place, deploy.host) == ("town", "compose", "chat.city.example.jp")
    assert (deploy.web, deploy.email) == ("element.chat.city.example.jp", "")
    assert (said.code, said.english, said.kind) == ("132063", "Fuchu", "municipality")
    assert said.contact == "総務課 042-000-0000"


def test_beside_an_existing_homeserver_and_with_a_name_that_says_the_code_seven_are_enough(tmp_path):
    code, questions = asked(tmp_path / "k", answers={**ANSWERS, "homeserver too": "", "municipality": "つくば市"})
    assert (code, len(questions)) == (0, 7)
    config = read_config(tmp_path / "k" / "kairan.toml")
    assert config.deploy.model_fields_set == set()
    assert (config.federation.code, config.federation.english) == ("082201", "Tsukuba")


@pytest.mark.parametrize(
    ("name", "code", "english", "kind"),
    [("札幌市", "011002", "Sapporo", "municipality"), ("大阪市", "271004", "Osaka", "municipality"),
     ("静岡市", "221007", "Shizuoka", "municipality"), ("箱根町", "143821", "Hakone", "municipality"),
     ("東京都府中市", "132063", "Fuchu", "municipality"), ("千代田区", "131016", "Chiyoda", "municipality"),
     ("大分県", "440001", "Oita", "prefecture"), ("ある消防組合", "", "ある消防組合", "municipality")],
)  # fmt: skip
def test_the_name_says_code_english_and_kind(tmp_path, name, code, english, kind):
    assert main(["init", "--folder", str(tmp_path / "k"), "--municipality", name, "--server-name", "x.example.jp",
                 "--steward", "@a:x.example.jp"]) == 0  # fmt: skip
    said = read_config(tmp_path / "k" / "kairan.toml").federation
    assert (said.code, said.english, said.kind, said.contact) == (code, english, kind, "")


def test_what_a_flag_says_is_not_asked(tmp_path):
    given = {"municipality": "つくば市", "server-name": "x.example.jp", "steward": "@a:x.example.jp", "shape": "city",
             "place": "systemd", "host": "m.example.jp", "web": "-", "email": "it@x.jp", "code": "082201",
             "english": "Tsukuba", "contact": "-"}  # fmt: skip
    flags = [word for flag, value in given.items() for word in (f"--{flag}", value)]
    code, questions = asked(tmp_path / "k", *flags)
    assert (code, questions) == (0, [])


@pytest.mark.parametrize(
    "flag",
    [("--host", "a b"), ("--web", "x;y"), ("--email", "not-an-address"), ("--code", "082202"), ("--code", "8220"),
     ("--english", "x" * 61), ("--contact", "x" * 201), ("--place", "here")],
)  # fmt: skip
def test_an_answer_that_is_no_name_is_one_line(tmp_path, flag, capsys):
    flags = ["init", "--folder", str(tmp_path / "k"), "--municipality", "つくば市", "--server-name", "x.example.jp",
             "--steward", "@a:x.example.jp", "--shape", "town", *flag]  # fmt: skip
    assert main(flags) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "k" / "kairan.toml").exists()


@pytest.fixture
def town(tmp_path):
    assert main(["init", "--folder", str(tmp_path / "k"), "--municipality", "つくば市", "--server-name", "x.example.jp",
                 "--steward", "@a:x.example.jp", "--shape", "town"]) == 0  # fmt: skip
    return tmp_path


def render(folder, *more):
    return main(
        ["homeserver", "render", "--config", str(folder / "k" / "kairan.toml"), "--into", str(folder / "h"), *more]
    )


def test_secrets_are_in_two_files_that_only_their_owner_reads_and_are_made_once(town):
    assert render(town) == 0
    first = (town / "h" / ".env").read_text()
    assert re.search(r"^KAIRAN_POSTGRES_PASSWORD=\S{20,}$", first, re.MULTILINE)
    token = read_config(town / "k" / "kairan.toml").as_token
    holders = {path.name for path in (town / "h").rglob("*") if path.is_file() and token in path.read_text()}
    assert holders == {"registration.yaml"}
    for name in ("registration.yaml", ".env"):
        assert stat.S_IMODE((town / "h" / name).stat().st_mode) == 0o600
    assert render(town) == 0
    assert (town / "h" / ".env").read_text() == first


def test_a_dry_run_says_what_would_change_and_writes_nothing(town, capsys):
    assert render(town, "--dry-run") == 0
    assert not (town / "h").exists()
    render(town)
    (town / "h" / "Caddyfile").write_text("mine")
    capsys.readouterr()
    assert render(town, "--dry-run") == 0
    changed = [line for line in capsys.readouterr().out.splitlines() if "changed" in line]
    assert [line.split("/")[-1] for line in changed] == ["Caddyfile"]
    assert (town / "h" / "Caddyfile").read_text() == "mine"


def test_a_group_that_was_let_in_to_read_the_registration_stays_let_in(town):
    render(town)
    (town / "h" / "registration.yaml").chmod(0o640)
    render(town)
    assert stat.S_IMODE((town / "h" / "registration.yaml").stat().st_mode) == 0o640


def test_practice_on_one_machine_is_one_folder_and_one_script(tmp_path):
    name = "tsukuba.localhost:8448"
    assert main(["init", "--folder", str(tmp_path / "k"), "--municipality", "つくば市", "--server-name", name,
                 "--steward", f"@a:{name}", "--shape", "trial", "--place", "here"]) == 0  # fmt: skip
    assert render(tmp_path) == 0
    assert {path.name for path in (tmp_path / "h").iterdir()} == {
        "homeserver.yaml", "log.config", "registration.yaml", "kairan_allow_list.py", "start"}  # fmt: skip
    start = tmp_path / "h" / "start"
    assert os.access(start, os.X_OK)
    assert "federation door" in start.read_text()
    text = (tmp_path / "k" / "kairan.toml").read_text("utf-8")
    (tmp_path / "k" / "kairan.toml").write_text(text.replace("together = false", "together = true"), "utf-8")
    assert render(tmp_path) == 0
    assert "federation door" not in start.read_text()
    assert "https_proxy=http://127.0.0.1:8450" in start.read_text()


def test_a_door_at_other_ports_or_in_kairan_itself_is_where_all_others_look_for_it(town):
    toml = town / "k" / "kairan.toml"
    text = toml.read_text("utf-8").replace(":8449", ":7449").replace(":8450", ":7450")
    toml.write_text(text, "utf-8")
    render(town)
    assert "reverse_proxy door:7449" in (town / "h" / "Caddyfile").read_text()
    assert "https_proxy: http://door:7450" in (town / "h" / "docker-compose.yml").read_text()
    toml.write_text(text.replace("together = false", "together = true"), "utf-8")
    render(town)
    assert "reverse_proxy kairan:7449" in (town / "h" / "Caddyfile").read_text()
    compose = (town / "h" / "docker-compose.yml").read_text()
    assert "https_proxy: http://kairan:7450" in compose
    assert "federation, door]" not in compose
    toml.write_text(text.replace("0.0.0.0:7449", "nowhere"), "utf-8")
    assert render(town) == 1


@pytest.mark.parametrize(("place", "where"), [("compose", "/kairan-data/ca.pem"), ("systemd", "{folder}/ca.pem")])
def test_an_authority_of_a_closed_network_is_what_the_homeserver_believes_too(town, place, where):
    toml = town / "k" / "kairan.toml"
    text = toml.read_text("utf-8").replace("[federation]\n", '[federation]\nauthority = "ca.pem"\n', 1)
    toml.write_text(text.replace('place = "compose"', f'place = "{place}"'), "utf-8")
    render(town)
    said = yaml.safe_load((town / "h" / "homeserver.yaml").read_text("utf-8"))
    assert said["federation_custom_ca_list"] == [where.format(folder=town / "k")]


def test_the_containers_run_as_who_owns_the_folder_and_may_read_what_they_need(town):
    if os.geteuid():
        pytest.skip("only root can give files away")
    os.chown(town / "k", 12345, 12346)
    render(town)
    environment = (town / "h" / ".env").read_text()
    assert "KAIRAN_UID=12345\n" in environment
    assert "KAIRAN_GID=12346\n" in environment
    held = (town / "h" / "registration.yaml").stat()
    assert (held.st_uid, held.st_gid, stat.S_IMODE(held.st_mode)) == (12345, 12346, 0o600)
