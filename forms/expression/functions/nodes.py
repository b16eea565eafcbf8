"""Functions of nodes: how many, which, from where, in what order."""

import hashlib
import math
from collections.abc import Iterator

from forms.expression.functions.declared import takes
from forms.expression.node import Kind, Node, Table
from forms.expression.paths import in_order
from forms.expression.run import Run
from forms.expression.values import Value, number_in, text, text_of
from forms.mistake import Mistake
from forms.text import Text

_MODULUS = 2_147_483_647
_MULTIPLIER = 16_807
_NO_CHANCE = Text(ja="{name}() はここでは使えません。", en="{name}() cannot be used here.")


def _count_non_empty(_node: Node, run: Run, nodes: list[Node]) -> float:
    run.spend(len(nodes))
    return float(sum(1 for node in nodes if text_of(node, run)))


def _position(_node: Node, run: Run, nodes: list[Node] | None = None) -> float:
    """In a predicate the place in what it looks at; of a node, which of its name it is: the turn of a repeat."""
    if nodes is None:
        return float(run.position)
    if not nodes or (above := nodes[0].parent) is None:
        return 1.0 if nodes else math.nan
    run.spend(len(above.children))
    alike = [one for one in above.children if one.name == nodes[0].name and one.kind is nodes[0].kind]
    return float(alike.index(nodes[0]) + 1) if nodes[0] in alike else 1.0


def _instance(_node: Node, run: Run, id_: str) -> list[Node]:
    """Empty where there is no such table; which ones an expression names is known before it is asked."""
    found = run.scope.instances.get(id_)
    return [found] if found else []


def _pulldata(node: Node, run: Run, *names: str) -> str:
    """The cell of `column` in the first row of `table` that has `key` in `key column`."""
    id_, column, key_column, key = names
    tables = (one for top in _instance(node, run, id_) for one in top.children if isinstance(one, Table))
    table = next(tables, None)
    rows = table.rows_where(key_column, key) if table else []
    cell = rows[0].child(column) if rows else None
    return cell.value if cell else ""


def _id(_node: Node, run: Run, words: list[str]) -> list[Node]:
    wanted = set(" ".join(words).split())
    everything = [run.current.root(), *run.current.root().below()]
    run.spend(len(everything))
    return [
        one for one in everything if one.attributes and "id" in one.attributes and one.attributes["id"].value in wanted
    ]


def _name(nodes: list[Node]) -> str:
    return nodes[0].name if nodes and nodes[0].kind is not Kind.ROOT else ""


def _randomized(_node: Node, run: Run, nodes: list[Node], *seed: Value) -> list[Node]:
    """As ODK shuffles: the same seed, the same order, on every machine."""
    run.spend(len(nodes))
    chances = _park_miller(_seed(seed[0], run)) if seed else iter(lambda: random(_node, run), None)
    shuffled: list[Node] = []
    for place, node in enumerate(in_order(nodes, run)):  # Fisher and Yates, from the inside out
        other = math.floor(next(chances) * (place + 1))
        shuffled.append(node)
        shuffled[place], shuffled[other] = shuffled[other], node
    return shuffled


def _seed(value: Value, run: Run) -> int:
    """A number as Java makes it whole; words by their hash; nothing is 0."""
    words = text(value, run)
    wanted = value if isinstance(value, float) else number_in(words, run)
    if not math.isnan(wanted):
        return int(max(-(2.0**63), min(2.0**63, wanted)))
    return int.from_bytes(hashlib.sha256(words.encode("utf-8", "replace")).digest()[:8], signed=True) if words else 0


def _park_miller(seed: int) -> Iterator[float]:
    state = abs(seed) % _MODULUS * (-1 if seed < 0 else 1)
    state = state if state > 0 else state + _MODULUS - 1
    while True:
        state = state * _MULTIPLIER % _MODULUS
        yield (state - 1) / (_MODULUS - 1)


def random(_node: Node, run: Run) -> float:
    if run.scope.chance is None:
        raise Mistake(_NO_CHANCE.fill(name="random"))
    return float(run.scope.chance())


def _uuid(_node: Node, run: Run, length: float | None = None) -> str:
    """An id; with a length, that many letters and digits of ids."""
    if run.scope.uuid is None:
        raise Mistake(_NO_CHANCE.fill(name="uuid"))
    if length is None:
        return run.scope.uuid()
    wanted = int(max(0.0, min(256.0, length))) if length == length else 0  # noqa: PLR0124 - NaN
    letters = ""
    while len(letters) < wanted:
        letters += run.scope.uuid().replace("-", "") or "0"
    return letters[:wanted]


NODES = {
    "count": takes("nodes", lambda nodes: float(len(nodes))),
    "count-non-empty": takes("nodes", _count_non_empty, inside=True),
    "current": takes("", lambda _node, run: [run.current], inside=True),
    "id": takes("texts", _id, inside=True),
    "instance": takes("text", _instance, inside=True),
    "last": takes("", lambda _node, run: float(run.size), inside=True, steady=False),
    "local-name": takes("nodes?", lambda nodes: _name(nodes).rpartition(":")[2], own=True),
    "name": takes("nodes?", _name, own=True),
    "position": takes("nodes?", _position, inside=True, steady=False),
    "pulldata": takes("text text text text", _pulldata, inside=True),
    "random": takes("", random, inside=True, steady=False),
    "randomize": takes("nodes value?", _randomized, inside=True, steady=False),
    "uuid": takes("number?", _uuid, inside=True, steady=False),
}
