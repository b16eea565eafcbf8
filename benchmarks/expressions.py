"""How long expressions take, beside elementpath (pure Python) and lxml (libxml2, in C).

    python -m benchmarks.expressions

All three are given the same tree and say the same, which is checked; what is timed is the asking, not the reading of
the text. lxml and elementpath have no `${…}`, no selected() and no dates: they are given the nearest XPath.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import elementpath
from lxml import etree

from forms.expression import Node, Scope, compile_expression, instance_of
from forms.expression.run import JAPAN

QUESTIONS = 135
TOWNS = [{"name": f"t{n}", "label": f"町{n}", "pref": f"p{n % 47}", "kind": "cft"[n % 3]} for n in range(1741)]
NOW = datetime(2026, 4, 1, 9, tzinfo=JAPAN)
TABLE = instance_of(TOWNS)
ANSWERS = {f"q{n}": "yes" for n in range(QUESTIONS)} | {"age": "38", "needs": "seat bed", "pref": "p3", "kind": "f"}


@dataclass(frozen=True)
class Case:
    """Ours, and the nearest XPath 1.0; `rows`: of how many rows it is asked; `most`: what is to be reached, in µs."""

    about: str
    ours: str
    theirs: str
    most: float
    rows: int = 0


CASES = (
    Case("one answer is", "${q7} = 'yes'", "/data/q7 = 'yes'", 15),
    Case("a number lies between", "${age} >= 18 and ${age} < 65", "/data/age >= 18 and /data/age < 65", 15),
    Case("a choice is selected", "selected(${needs}, 'bed')", "contains(concat(' ', /data/needs, ' '), ' bed ')", 15),
    Case(
        "ten terms",
        " and ".join(f"${{q{n}}} = 'yes'" for n in range(10)),
        " and ".join(f"/data/q{n} = 'yes'" for n in range(10)),
        15,
    ),
    Case("a date is not past", "'2026-04-02' > today()", "number(translate('2026-04-02', '-', '')) > 20260401", 15),
    Case(
        "filter of choices",
        "count(instance('t')/root/item[pref = ${pref}])",
        "count(/root/item[pref = 'p3'])",
        2000,
        1741,
    ),
    Case(
        "the same, two columns",
        "count(instance('t')/root/item[pref = ${pref} and kind = ${kind}])",
        "count(/root/item[pref = 'p3' and kind = 'f'])",
        2000,
        1741,
    ),
    Case(
        "the same, no index",
        "count(instance('t')/root/item[contains(pref, ${pref})])",
        "count(/root/item[contains(pref, 'p3')])",
        2000,
        1741,
    ),
    Case(
        "a label",
        "instance('t')/root/item[name = 't1700']/label",
        "string(/root/item[name = 't1700']/label)",
        2000,
        1741,
    ),
)


def element(name: str, children: dict[str, str]) -> etree._Element:
    parent = etree.Element(name)
    for child, text in children.items():
        etree.SubElement(parent, child).text = text
    return parent


def documents() -> tuple[etree._Element, etree._Element]:
    towns = etree.Element("root")
    towns.extend(element("item", row) for row in TOWNS)
    return element("data", ANSWERS), towns


def ours(case: Case) -> Callable[[], object]:
    data = Node("data")
    places = {id_: [data.append(Node(id_, value))] for id_, value in ANSWERS.items()}
    scope = Scope(named=lambda id_, _node: places[id_], instances={"t": TABLE}, now=NOW)
    expression = compile_expression(case.ours, places)
    return lambda: expression.evaluate(data, scope)


def of_lxml(case: Case) -> Callable[[], object]:
    document = documents()[bool(case.rows)]
    path = etree.XPath(case.theirs)
    return lambda: path(document)


def of_elementpath(case: Case) -> Callable[[], object]:
    document = documents()[bool(case.rows)]
    token = elementpath.XPath1Parser().parse(case.theirs)
    root = elementpath.get_node_tree(document.getroottree())
    return lambda: token.evaluate(elementpath.XPathContext(root))


def median(ask: Callable[[], object]) -> float:
    """Microseconds; of rounds of some 20 ms each."""
    ask()
    began = time.perf_counter()
    ask()
    times = max(1, int(0.02 / (time.perf_counter() - began + 1e-9)))
    spent = []
    for _ in range(15):
        began = time.perf_counter()
        for _ in range(times):
            ask()
        spent.append((time.perf_counter() - began) / times)
    return statistics.median(spent) * 1e6


def plain(value: object) -> object:
    return value[0].value if isinstance(value, list) and value and isinstance(value[0], Node) else value


def reading() -> float:
    """Microseconds to read and compile the ten terms."""
    return median(lambda: compile_expression(CASES[3].ours, ANSWERS))


def main() -> None:
    print(f"{'':24} {'ours µs':>10} {'lxml µs':>10} {'elementpath µs':>15} {'to reach':>10}")
    for case in CASES:
        asked = ours(case), of_lxml(case), of_elementpath(case)
        said = {str(plain(ask())) for ask in asked}
        assert len({word.removesuffix(".0") for word in said}) == 1, (case, said)
        spent = [median(ask) for ask in asked]
        print(f"{case.about:24} {spent[0]:10.1f} {spent[1]:10.1f} {spent[2]:15.1f} {f'≤ {case.most:.0f}':>10}")
    print(f"{'reading ten terms':24} {reading():10.1f}")


if __name__ == "__main__":
    main()
