"""docs/commands.md is what the declarations make."""

from pathlib import Path

from bots.filling.words import Word
from bots.reference import ABOUT, reference

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_of_commands_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == reference(), "run script/commands"


def test_every_steering_word_is_explained() -> None:
    assert set(ABOUT) == set(Word)
