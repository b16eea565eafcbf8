"""The Kairan that all tests of this folder share; whoever stopped it leaves it to the next to be started."""

import asyncio

import pytest

from tests.federation.kairan import Kairan


@pytest.fixture(scope="session")
def founded(lab, tmp_path_factory):
    made = Kairan(lab, tmp_path_factory.mktemp("kairan"))
    asyncio.run(made.found())
    yield made
    made.end()


@pytest.fixture
def kairan(founded):
    """Running, and its log holds no more errors afterwards than before."""
    asyncio.run(founded.start())
    before = len(founded.bugs())
    yield founded
    assert founded.bugs()[before:] == []
