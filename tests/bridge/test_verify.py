"""`kairan verify`: what was signed is told from what was altered, with the server that signed it long gone."""

import json

import pytest

from bridge.alliance.parcel import sealed
from bridge.alliance.signing import Key
from bridge.cli import main
from bridge.clock import now
from bridge.store.engine import Store
from bridge.store.members import put_in_force
from bridge.store.neighbours import Neighbours
from tests.bridge.inquiring import body_of, country, deliver, say, send
from tests.country import listed

pytestmark = pytest.mark.heavy

CONFIG = """[homeserver]
url = "http://127.0.0.1:9"
server_name = "oita"
[kairan]
municipality = "大分県"
database = "kairan.db"
[rooms]
staff = "#staff:oita"
editors = "#editors:oita"
stewards = "#stewards:oita"
"""


@pytest.fixture(scope="module")
def exported():
    with country() as land:
        send(land)
        deliver(land, "inquiry-release", body_of(land))
        deliver(land, "inquiry-release", body_of(land, version=2, asked=40))
        deliver(land, "inquiry-release", body_of(land, asked=50), sender="tama")
        said = say(land, "佐藤", "!inquiry export 1")
        return next(h.content for _, h in said if h.text.startswith("[kyushoku-照会1.signed.json]")).decode()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Another Kairan, in whose alliance those three once were; none of them is there any more."""
    (tmp_path / "kairan.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "registration.yaml").write_text("as_token: secret\n", "utf-8")
    store = Store(f"sqlite:///{tmp_path / 'kairan.db'}")
    store.migrate()
    around = Neighbours("oita", names={})
    store.do(lambda c: put_in_force(c, around, [listed(town) for town in ("tsukuba", "nakatsu", "tama")]))
    store.do(lambda c: put_in_force(c, around, []))
    store.close()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def verified(folder, text, capsys, *options):
    (folder / "x.signed.json").write_text(text, "utf-8")
    code = main(["verify", "x.signed.json", *options])
    return code, "".join(capsys.readouterr())


def test_the_keys_of_lists_once_in_force_are_the_anchor_though_all_have_left(folder, exported, capsys):
    code, said = verified(folder, exported, capsys)
    assert code == 0, said
    assert "every alliance list in force here" in said
    assert said.count("✓") == 5
    assert "✗" not in said


def test_without_a_database_the_keys_of_the_file_are_taken_only_if_asked_for_and_named(folder, exported, capsys):
    (folder / "kairan.toml").unlink()
    code, said = verified(folder, exported, capsys)
    assert code == 1
    assert "--keys-in-file" in said
    code, said = verified(folder, exported, capsys, "--keys-in-file")
    assert code == 0
    assert "confirm them: nakatsu " in said


def altered_release(whole):
    whole["releases"][0] = whole["releases"][0].replace('"asked":30', '"asked":31')


def missing_release(whole):
    whole["releases"] = [raw for raw in whole["releases"] if '"from":"tama"' not in raw]


def doubled_release(whole):
    whole["releases"].append(whole["releases"][0])


def altered_total(whole):
    whole["total"] = whole["total"].replace('"asked":90', '"asked":91')


def forged_total(whole):
    """Signed again by a key that is nobody's, and that stands in the file."""
    body = {**json.loads(whole["total"])["body"], "asked": 91}
    whole["total"] = sealed("inquiry-total", body, server="tsukuba", key=Key.of("forger"), at=now()).raw
    whole["keys"]["tsukuba"] = {Key.of("forger").id: Key.of("forger").public}


def false_sum(whole):
    """The asker itself says another sum than what it was sent."""
    body = {**json.loads(whole["total"])["body"], "answered": 41}
    whole["total"] = sealed("inquiry-total", body, server="tsukuba", key=Key.of("tsukuba"), at=now()).raw


def other_form(whole):
    whole["document"] = whole["document"].replace("無償ですか", "有償ですか")


def release_for_another(whole):
    body = json.loads(whole["releases"][0])["body"]
    whole["releases"][0] = sealed(
        "inquiry-release", body, server="nakatsu", key=Key.of("nakatsu"), at=now(), to="tama"
    ).raw


def nonsense(whole):
    whole["releases"].append(17)


@pytest.mark.parametrize(
    "change",
    [
        altered_release, missing_release, doubled_release, altered_total, forged_total, false_sum, other_form,
        release_for_another, nonsense,
    ],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_whatever_was_altered_is_found(folder, exported, capsys, change):
    whole = json.loads(exported)
    change(whole)
    code, said = verified(folder, json.dumps(whole, ensure_ascii=False), capsys)
    assert code == 1
    assert "✗" in said


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "x" * 99, "[" * 9000, '{"format":"kairan-inquiry-1"}'])
def test_what_is_no_export_is_one_line(folder, text, capsys):
    code, said = verified(folder, text, capsys)
    assert code == 1
    assert "Traceback" not in said


def test_a_single_release_can_be_verified_too(folder, exported, capsys):
    raw = json.loads(exported)["releases"][0]
    assert verified(folder, raw, capsys)[0] == 0
    assert verified(folder, raw.replace('"asked":30', '"asked":3'), capsys)[0] == 1
