"""Every mistake in kairan.toml is one clear line: what, where; nothing secret in it."""

import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.config import read_config
from bridge.errors import Misconfigured
from tests.examples import many

GOOD = """
[homeserver]
url = "http://127.0.0.1:8008"
server_name = "tsukuba.example.jp"
[kairan]
municipality = "つくば市"
[federation]
allow = ["nakatsu.example.jp"]
[federation.names]
"nakatsu.example.jp" = "中津市"
[rooms]
staff = "#a:tsukuba.example.jp"
editors = "#b:tsukuba.example.jp"
stewards = "#c:tsukuba.example.jp"
"""
TOKEN = "planted-token"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "registration.yaml").write_text(f"as_token: {TOKEN}\n")
    (tmp_path / "kairan.toml").write_text(GOOD, "utf-8")
    return tmp_path


def wrong(place):
    with pytest.raises(Misconfigured) as found:
        read_config(place / "kairan.toml")
    said = str(found.value)
    assert "\n" not in said
    assert TOKEN not in said
    assert len(said) < 400
    return said


def test_a_good_file_says_what_is_needed(place):
    config = read_config(place / "kairan.toml")
    assert (config.bot, config.as_token) == ("@kairan:tsukuba.example.jp", TOKEN)
    assert config.permitted == {"tsukuba.example.jp", "nakatsu.example.jp"}
    names = [config.municipality(s) for s in ("tsukuba.example.jp", "nakatsu.example.jp", "else.example")]
    assert names == ["つくば市", "中津市", "else.example"]
    assert (config.zone.key, config.kairan.language, config.folder) == ("Asia/Tokyo", "ja", place)


def test_the_secret_of_the_keys_is_made_once_and_readable_by_nobody_else(place):
    config = read_config(place / "kairan.toml")
    assert len(config.secret) > 30
    assert config.secret == read_config(place / "kairan.toml").secret
    assert stat.S_IMODE((place / "secret").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("good", "bad", "where"),
    [
        ('server_name = "tsukuba.example.jp"', "", "homeserver.server_name"),
        ('municipality = "つくば市"', "municipality = 5", "kairan.municipality"),
        ('municipality = "つくば市"', 'municipality = ""', "kairan.municipality"),
        ("[kairan]", '[kairan]\ntimezone = "Asia/Tsukuba"', "kairan.timezone"),
        ("[kairan]", '[kairan]\ntimezone = "../../etc/passwd"', "kairan.timezone"),
        ("[kairan]", '[kairan]\nlanguage = "fr"', "kairan.language"),
        ("[kairan]", '[kairan]\nbot = "Admin"', "kairan.bot"),
        ("[kairan]", "[kairan]\ncolour = 1", "kairan.colour"),
        ("[kairan]", "[kairan", "line"),
        ('allow = ["nakatsu.example.jp"]', "allow = 5", "federation.allow"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(place, good, bad, where):
    (place / "kairan.toml").write_text(GOOD.replace(good, bad, 1), "utf-8")
    assert where in wrong(place)


def test_a_file_that_is_not_there_or_cannot_be_read_is_one_line(place):
    (place / "kairan.toml").unlink()
    assert "kairan init" in wrong(place)
    (place / "kairan.toml").mkdir()
    assert "kairan.toml" in wrong(place)


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\x00", b"as_token", b"as_token: [", b"as_token: 5", b"", b"- 1", b"a: &a [*a]"]
)
def test_a_registration_without_its_token_is_one_line(place, raw):
    (place / "registration.yaml").write_bytes(raw)
    assert "registration.yaml" in wrong(place)


def test_a_registration_that_is_not_there_is_one_line(place):
    (place / "registration.yaml").unlink()
    assert "kairan init" in wrong(place)


@settings(max_examples=many(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(lambda words: words.encode("utf-8", "replace")))
def test_any_bytes_are_one_line(place, raw):
    (place / "kairan.toml").write_bytes(raw)
    wrong(place)
