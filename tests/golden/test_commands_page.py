"""docs/commands.md is what the declarations make."""

from pathlib import Path

from bots.filling.words import Word
from bots.reference import ABOUT, reference

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_of_commands_is_up_to_date(golden) -> None:
    golden(PAGE, reference())


def test_every_steering_word_is_explained() -> None:
    assert set(ABOUT) == set(Word)
