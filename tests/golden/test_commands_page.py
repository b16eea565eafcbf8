"""docs/commands.md is what the declarations make."""

from pathlib import Path

from bots.drafting.words import Word as Steer
from bots.drafting.words import order
from bots.filling.words import Word
from bots.reference import ABOUT, WRITTEN, reference

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_of_commands_is_up_to_date(golden) -> None:
    golden(PAGE, reference())


def test_every_steering_word_is_explained() -> None:
    assert set(ABOUT) == set(Word)


def test_every_word_while_writing_is_explained_by_an_example_that_is_understood() -> None:
    assert set(WRITTEN) == set(Steer)
    for word, (_, examples) in WRITTEN.items():
        assert [found.word if (found := order(said)) else None for said in examples.split("、")] == [word] * (
            examples.count("、") + 1
        ), examples
