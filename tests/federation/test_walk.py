"""docs/federate.md walked on this machine: its commands, in its order, until two municipalities talk."""

import asyncio
import re
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.federation.terminal import ROOT, Walk
from tests.federation.test_shapes import collated, drivers
from tests.federation.walking import Story
from tests.postgres import postgresql

pytestmark = pytest.mark.lab
__all__ = ["drivers"]


def commands(language):
    """Of the page's first part, in order."""
    page = (ROOT / "docs" / f"federate{language}.md").read_text("utf-8")
    part = page.partition("\n## 0.")[2].partition("\n## 1.")[0]
    return [line.strip() for line in part.splitlines() if line.startswith("    ")]


def test_both_pages_say_the_same_commands():
    assert commands(".ja") == commands("")
    for page in ("federate", "operate"):
        here, there = (shell((ROOT / "docs" / f"{page}{tail}.md").read_text("utf-8")) for tail in (".ja", ""))
        assert here == there


def shell(page):
    """Which commands and flags stand in the page's blocks."""
    lines = [line.partition("#")[0] for line in page.splitlines() if line.startswith("    ")]
    return [re.findall(r"(?:^|\s)(--?[a-z][a-z-]*|kairan [a-z]+)", line) for line in lines]


@pytest.fixture
def folder():
    made = Path(tempfile.mkdtemp(prefix="kw-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_two_municipalities_federate_by_what_the_page_says_and_nothing_else(folder, drivers):
    with ExitStack() as stack:
        server = stack.enter_context(postgresql(connections=40))
        walk = Walk(folder, drivers, collated(server))
        try:
            asyncio.run(asyncio.wait_for(Story(walk, stack).play(commands(".ja")), 240))
        except BaseException:
            print(walk.logs())
            raise
        print(walk.logs())
        for log in folder.glob("*.log"):
            # Of Kairan. Synapse writes a traceback where its proxy says that a member is away.
            assert [line for line in log.read_text().splitlines() if " ERROR bridge" in line] == []
