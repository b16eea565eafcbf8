"""What any test may ask for: a lab of three towns, and leave to write golden files anew.

Tests are plain functions that call `asyncio.run(…)`: a Lab belongs to no event loop, so one serves them all.
"""

import asyncio
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Cases are judged, never how quickly they are made: the machine may be busy with anything.
settings.register_profile("kairan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("kairan"), max_examples=15)
settings.load_profile("kairan")


def pytest_addoption(parser):
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden files anew instead of comparing")


@pytest.fixture
def golden(request):
    """golden(path, text): the file holds exactly this text."""

    def check(path: Path, text: str) -> None:
        if request.config.getoption("--rewrite-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        assert path.read_text("utf-8") == text, f"{path} differs: look, then pytest --rewrite-golden"

    return check


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL for the session, on a unix socket; the test is skipped with the reason where there is none."""
    from tests.postgres import postgresql  # most tests need no database server

    with postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.heavy)])
def database(request):
    """The address of an empty database, of both kinds, as it stands in kairan.toml."""
    return "kairan.db" if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """tsukuba, nakatsu and tama, up for the whole session: register people of your own, leave the servers running."""
    from bridge.lab import Lab  # the quick tests need no server

    lab = Lab(tmp_path_factory.mktemp("lab"))
    began = time.monotonic()
    asyncio.run(lab.start())
    print(f"\nlab of three healthy after {time.monotonic() - began:.1f} s")
    try:
        yield lab
    finally:
        asyncio.run(lab.stop())
