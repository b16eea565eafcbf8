"""A tally as plain rows, each a number that goes up and down: how a database keeps it, response by response."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from forms.form import Form
from forms.questions.base import Answers
from forms.tally import Count, Tally, tally

RESPONSES = ""
"""In the place of a question: how many responses there are."""


class Entry(NamedTuple):
    """What is counted. `what`: asked | answered | value; `value` is JSON, "" where nothing was counted."""

    group: str
    question: str
    what: str
    value: str = ""


def entries(whole: Tally) -> Counter[Entry]:
    """All that a tally knows. Those of two tallies, added up, are those of both together."""
    found = Counter({Entry(group, RESPONSES, "asked"): n for group, n in whole.responses.items()})
    for question, group, count in whole.parts():
        found[Entry(group, question, "asked")] = count.asked
        found[Entry(group, question, "answered")] = count.answered
        found.update({Entry(group, question, "value", json.dumps(v)): n for v, n in count.values.items()})
    return +found


def change(form: Form, group: str, *, before: Answers | None, after: Answers | None) -> Counter[Entry]:
    """What goes up and what goes down when one response comes, changes or goes; nothing stands in it as zero."""
    found = _alone(form, after, group)
    found.subtract(_alone(form, before, group))
    return Counter({entry: n for entry, n in found.items() if n})


def _alone(form: Form, answers: Answers | None, group: str) -> Counter[Entry]:
    return entries(tally(form, [] if answers is None else [(group, answers)]))


def restored(form: Form, rows: Iterable[tuple[Entry, int]]) -> Tally:
    """The tally whose entries these are."""
    whole, counts = Tally(form), dict[tuple[str, str], Count]()
    for (group, question, what, value), n in rows:
        if question == RESPONSES:
            whole.responses[group] += n
            continue
        count = counts.setdefault((question, group), Count())
        match what:
            case "asked":
                count.asked += n
            case "answered":
                count.answered += n
            case _:
                count.values[json.loads(value)] += n
    for (question, group), count in counts.items():
        whole.put(question, group, count)
    return whole
