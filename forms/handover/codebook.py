"""What the columns of a file mean: id, title, kind and options of every question."""

from collections.abc import Iterator
from dataclasses import dataclass

from forms.form import Form
from forms.handover.table import Layout, Table
from forms.questions import Valued
from forms.text import Lang, Text

HEADS = ("id", "title", "kind", "required", "repeat", "option", "label")
"""The columns of the code book. These names are public."""
_MOST_OPTIONS = 1000  # of one question: a list of 50,000 towns is no code book
_MORE = Text(ja="ほか{n}個", en="and {n} more")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: a question, or (with `option`) one of its options."""

    id: str
    title: str
    kind: str
    required: str
    repeat: str
    option: str = ""
    label: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.id, self.title, self.kind, self.required, self.repeat, self.option, self.label)


def codebook(form: Form, lang: Lang) -> Iterator[Entry]:
    """Every question with its options below it, table by table."""
    for table in Layout(form).tables:
        for question in table.questions:
            yield from _entries(question, table, lang)


def title(question: Valued, lang: Lang) -> str:
    """What is asked; of what is not asked its title, if it has one, else its id."""
    words: Text | None = getattr(question, "title", None)
    return question.id if words is None else words[lang]


def _entries(question: Valued, table: Table, lang: Lang) -> Iterator[Entry]:
    repeat = table.repeat.id if table.repeat else ""
    yield Entry(question.id, title(question, lang), question.kind, _required(question), repeat)
    options = question.options()
    for option in options[:_MOST_OPTIONS]:
        yield Entry(question.id, "", "", "", repeat, option.name, option.label[lang])
    if len(options) > _MOST_OPTIONS:
        more = _MORE.fill(n=len(options) - _MOST_OPTIONS)[lang]
        yield Entry(question.id, "", "", "", repeat, "…", more)


def _required(question: Valued) -> str:
    needed = getattr(question, "required", False)
    return needed if isinstance(needed, str) else "1" if needed else "0"
