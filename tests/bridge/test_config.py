"""kairan.toml as it is read."""

from pathlib import Path

import pytest

from bridge.config import read_config
from bridge.homeserver import Settings, kairan_toml, registration


@pytest.mark.parametrize(("language", "name"), [("ja", "回覧 Kairan（つくば市）"), ("en", "Kairan (つくば市)")])
def test_the_bot_is_named_in_the_language_of_its_municipality(tmp_path: Path, language: str, name: str) -> None:
    settings = Settings(
        server_name="chat.city.example.jp", municipality="つくば市", as_token="a", hs_token="h", language=language
    )
    (tmp_path / "kairan.toml").write_text(kairan_toml(settings), "utf-8")
    (tmp_path / "registration.yaml").write_text(registration(settings), "utf-8")
    assert read_config(tmp_path / "kairan.toml").bot_name == name
