"""What a person can put right: shown to that person, in their language; never logged."""

from forms.text import Text


class Mistake(Exception):  # noqa: N818 - the word the design uses for the person's own blame
    """Why something was not accepted, said so that the person knows what to do next."""

    def __init__(self, text: Text) -> None:
        super().__init__("a person's mistake")  # the words may quote an answer: they stay out of logs
        self.text = text


class Asked(Mistake):
    """Two readings, or something missing: asked back, never guessed. A plain Mistake names no value at all."""
