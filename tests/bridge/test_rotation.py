"""Another key to sign with: both are on the list while Kairan changes over, and no word of ours is doubted."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bots.federation_bot import NO_MOTIONS
from bots.roles import Role
from bridge.alliance.motion import moment
from bridge.alliance.roll import fingerprint
from bridge.alliance.signing import Key
from bridge.errors import Misconfigured
from bridge.federation.rotation import DONE, FIRST, SECOND, THIRD, WAIT, rotated
from bridge.store import rolls, rooms
from bridge.store.desk import Municipality
from bridge.store.members import keys_ever
from tests.bridge.test_federation_web import config as any_config
from tests.country import Country

pytestmark = pytest.mark.heavy

CAST = {"佐藤": (Role.STEWARD, "tsukuba"), "田中": (Role.STEWARD, "nakatsu")}


@pytest.fixture
def country(tmp_path):
    made = Country(tmp_path, CAST, alliance=("tsukuba", "nakatsu"))
    yield made
    made.close()


@pytest.fixture
def config(tmp_path):
    made = any_config(tmp_path)
    (tmp_path / "federation.key").write_text("tsukuba")
    return replace(made, homeserver=made.homeserver.model_copy(update={"server_name": "tsukuba"}))


def run(country, config, *, again=True):
    """The command, and what a beat makes of it."""
    stage = country.stages["tsukuba"]
    said, change = rotated(config, stage._do(rolls.current), again=again)
    if change is not None:
        change["at"] = moment(country.now)  # the clock of the stage
        stage._do(lambda c: rooms.set_fact(c, rolls.TO_MOVE, json.dumps(change)))
    return said, told(country)


def told(country):
    country.move(country.now + timedelta(seconds=1))
    return "\n".join(heard.text for _, heard in country.read())


def keys(country, town="nakatsu"):
    return set(country.stages[town]._do(rolls.current).at("tsukuba").keys)


def approve(country):
    country.say("田中", "!federation approve つくば市")
    country.read()
    for _ in range(3):
        country.move(country.now + timedelta(seconds=20))
        country.read()


def restart_with(country, key):
    stage = country.stages["tsukuba"]
    town = {name: getattr(stage.town, name) for name in Municipality.__slots__}
    stage.town = Municipality(**{**town, "key": key})
    stage._runtime._town = stage._runtime._writer._town = stage.town


def test_a_key_is_exchanged_in_three_steps(country, config):
    old = Key.of("tsukuba")
    said, news = run(country, config)
    assert said == FIRST
    new = Key.of((config.folder / "federation.key.next").read_text())
    assert fingerprint("tsukuba", {old.id: old.public, new.id: new.public}) in news
    assert run(country, config)[0] == WAIT
    late = rotated(config, country.stages["tsukuba"]._do(rolls.current), again=True)[1]
    approve(country)
    assert keys(country) == {old.id, new.id}
    late["at"] = moment(country.now)
    country.stages["tsukuba"]._do(lambda c: rooms.set_fact(c, rolls.TO_MOVE, json.dumps(late)))
    told(country)  # typed once more just before it was decided: nobody is asked again
    country.say("佐藤", "!federation requests")
    assert NO_MOTIONS.ja in "\n".join(heard.text for _, heard in country.read())

    assert run(country, config)[0] == SECOND
    assert config.key.id == new.id
    assert (config.folder / "federation.key.old").read_text() == "tsukuba"
    assert run(country, config)[0] == THIRD  # too early: Kairan was not restarted yet
    approve(country)
    assert keys(country) == {old.id, new.id}

    restart_with(country, new)
    told(country)
    approve(country)
    assert keys(country) == keys(country, "tsukuba") == {new.id}
    assert run(country, config, again=False)[0] == DONE
    country.say("佐藤", "!federation revoke 中津市 yes")
    assert "外すことを提案" in "\n".join(heard.text for _, heard in country.read())
    ever = country.stages["nakatsu"]._do(lambda c: keys_ever(c, "tsukuba"))
    assert set(ever) == {old.id, new.id}


def test_who_is_in_no_alliance_has_no_key_to_exchange(config):
    with pytest.raises(Misconfigured):
        rotated(config, None, again=True)
