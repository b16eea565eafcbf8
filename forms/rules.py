"""What in a form follows from other answers: its expressions, the order to work them out in, what is wrong there."""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from forms.expression import Expression, compile_expression
from forms.mistake import Mistake
from forms.questions import Element
from forms.reading.words import quote
from forms.text import Text

Path = tuple[int | str, ...]

LEADING = frozenset({"when", "calculate", "choice_filter", "count"})
"""The fields whose value other values rest on; `required` and `constraint` only judge."""
_STEPPING = frozenset({"indexed-repeat", "position"})
"""With one of these a value in a repeat may rest on the same value of another turn."""
_MEND = {
    "when": "${{reason}} = 'move'",
    "calculate": "${{price}} * ${{number}}",
    "choice_filter": "area = ${{area}}",
    "count": "${{children}}",
    "required": "${{reason}} = 'move'",
    "constraint": ". >= 18",
    "default": "= today()",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """An element as far as its rules go.

    `path` is the way to it in the document, `holder` the id of what holds it, `repeats` those of the repeats around
    it, outermost first; `rows` the instance that holds its options.
    """

    path: Path
    id: str
    sources: tuple[tuple[str, str], ...] = ()
    holder: str | None = None
    repeats: tuple[str, ...] = ()
    rows: str = ""

    def compiled(self, name: str, known: Collection[str]) -> Expression:
        """One of its expressions. Raises Mistake."""
        source = dict(self.sources)[name]
        if name != "choice_filter":
            return compile_expression(source, known)
        compile_expression(source, known, of_rows=True)  # says where, without what is put around it
        return compile_expression(f"instance('{self.rows}')/root/item[{source}]", known)


@dataclass(frozen=True, slots=True)
class Incoherence:
    """What is wrong at a `field` of the element at `path`, seen from the others."""

    path: Path
    field: str
    what: Text
    mend: Text


@dataclass(slots=True)
class Graph:
    """Who rests on whom: `rests[a]` are the ids that must be known before a; `blame` a field that says so."""

    rests: dict[str, set[str]] = field(default_factory=dict)
    blame: dict[str, str] = field(default_factory=dict)
    stepping: set[str] = field(default_factory=set)


def pieces(elements: Iterable[Element], path: Path = (), holder: str | None = None) -> Iterator[Piece]:
    """Everything in a form, at any depth, in order."""
    yield from _pieces(elements, (*path, "questions"), holder, repeats=())


def _pieces(
    elements: Iterable[Element], path: Path, holder: str | None, *, repeats: tuple[str, ...]
) -> Iterator[Piece]:
    for n, element in enumerate(elements):
        here, rows = (*path, n), getattr(element, "from_list", None) or element.id
        yield Piece(here, element.id, tuple(element.expressions()), holder, repeats, rows)
        inside = (*repeats, element.id) if element.kind == "repeat" else repeats
        yield from _pieces(element.questions, (*here, "questions"), element.id, repeats=inside)


class Rules:
    """The expressions of a form, compiled, and everything that is wrong with them."""

    def __init__(self, everything: Sequence[Piece]) -> None:
        self.faults: list[Incoherence] = list(_repeated(everything))
        self.of = self._compiled(everything)
        self.holder: dict[str, str | None] = {piece.id: piece.holder for piece in everything}
        self._repeats = {piece.id: piece.repeats for piece in everything}
        self._turned = frozenset(id_ for chain in self._repeats.values() for id_ in chain)
        graph = _graph(everything, self.of)
        self.order: tuple[str, ...] = tuple(_ordered(everything, graph))
        """All ids, each after those that it rests on; as in the form where nothing says otherwise."""
        self.stepping = bool(graph.stepping)
        """Whether a value may rest on the same one of another turn of a repeat: one pass may not be enough."""
        self.any = any(self.of.values())
        self.faults += _circles(everything, graph, set(self.order))

    def _compiled(self, everything: Sequence[Piece]) -> dict[str, dict[str, Expression]]:
        known = frozenset(piece.id for piece in everything)
        found: dict[str, dict[str, Expression]] = {piece.id: {} for piece in everything}
        for piece in everything:
            for name, _ in piece.sources:
                try:
                    found[piece.id][name] = piece.compiled(name, known)
                except Mistake as mistake:
                    self.faults.append(Incoherence(piece.path, name, mistake.text, _mend(name)))
        return found

    def common_turns(self, here: str, there: str) -> int:
        """How many repeats, from the outermost on, hold both; a repeat that looks out holds itself."""
        around = self._repeats.get(here, ())
        mine = (*around, here) if here in self._turned else around
        pairs = zip(mine, self._repeats[there], strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _mend(name: str) -> Text:
    return Text(ja="{shape} のような式にしてください。", en="Write an expression such as {shape}.").fill(
        shape=_MEND[name].format()
    )


def _repeated(everything: Sequence[Piece]) -> Iterator[Incoherence]:
    first: dict[str, int] = {}
    for n, piece in enumerate(everything):
        if first.setdefault(piece.id, n) != n:
            what = Text(ja="id「{id}」は質問{n}でも使われています。", en="The id “{id}” is also that of question {n}.")
            yield Incoherence(piece.path, "id", what.fill(id=quote(piece.id), n=first[piece.id] + 1), _OTHER_ID)


_OTHER_ID = Text(ja="別の id にしてください。", en="Give it another id.")


def _graph(everything: Sequence[Piece], compiled: Mapping[str, Mapping[str, Expression]]) -> Graph:
    graph, inside = Graph(), _inside(everything)
    for piece in everything:
        rests = graph.rests.setdefault(piece.id, set())
        if piece.holder is not None:
            rests.add(piece.holder)
        for name, expression in compiled[piece.id].items():
            if name not in LEADING:
                continue
            counts = bool(expression.functions & {"count", "position"})
            for id_ in _mentioned(expression, known=inside.keys() if name != "choice_filter" else ()):
                rests |= {id_} if counts else {id_, *inside.get(id_, ())}
                graph.blame.setdefault(piece.id, name)
            if piece.id in rests and piece.repeats and expression.functions & _STEPPING:
                rests.discard(piece.id)
                graph.stepping.add(piece.id)
    return graph


def _mentioned(expression: Expression, *, known: Collection[str]) -> Iterator[str]:
    yield from expression.mentions
    yield from (name for name in expression.fields if name in known)


def _inside(everything: Sequence[Piece]) -> dict[str, set[str]]:
    """Id of what holds others → all ids inside it, at any depth; each element itself → nothing."""
    found: dict[str, set[str]] = {piece.id: set() for piece in everything}
    holders = {piece.id: piece.holder for piece in everything}
    for piece in everything:
        holder = piece.holder
        while holder is not None:
            found[holder].add(piece.id)
            holder = holders[holder]
    return found


def _ordered(everything: Sequence[Piece], graph: Graph) -> Iterator[str]:
    """Each after what it rests on; what goes round in a circle never comes."""
    place = {piece.id: n for n, piece in enumerate(everything)}
    left = {id_: len(rests & place.keys()) for id_, rests in graph.rests.items()}
    waiting: dict[str, list[str]] = {}
    for id_, rests in graph.rests.items():
        for other in rests & place.keys():
            waiting.setdefault(other, []).append(id_)
    ready = [(place[id_], id_) for id_, count in left.items() if not count]
    heapq.heapify(ready)
    while ready:
        _, id_ = heapq.heappop(ready)
        yield id_
        for later in waiting.get(id_, ()):
            left[later] -= 1
            if not left[later]:
                heapq.heappush(ready, (place[later], later))


def _circles(everything: Sequence[Piece], graph: Graph, settled: Collection[str]) -> Iterator[Incoherence]:
    """One for each circle, at the first element of it that has an expression to blame."""
    stuck = graph.rests.keys() - settled
    seen: set[str] = set()
    for piece in everything:
        if piece.id not in stuck or piece.id in seen or piece.id not in graph.blame:
            continue
        circle = _circle(piece.id, graph, stuck)
        seen |= {*circle}
        if circle:
            yield Incoherence(piece.path, graph.blame[piece.id], _said(circle), _CUT)


def _circle(start: str, graph: Graph, stuck: Collection[str]) -> list[str]:
    """A way from `start` back to it; [] where it only leads into a circle."""
    came: dict[str, str] = {}
    ahead = [start]
    while ahead:
        here = ahead.pop()
        for other in sorted(graph.rests[here] & set(stuck)):
            if other == start:
                way = [here]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
            if other not in came:
                came[other] = here
                ahead.append(other)
    return []


def _said(circle: Sequence[str]) -> Text:
    if len(circle) == 1:
        return Text(
            ja="「{id}」の式が自分自身の答えを見ています。", en="The expression of “{id}” looks at its own answer."
        ).fill(id=quote(circle[0]))
    return Text(
        ja="式が堂々めぐりになっています（{ids}）。", en="These expressions go round in a circle ({ids})."
    ).fill(ids=" → ".join(quote(id_) for id_ in [*circle[:6], circle[0]]))


_CUT = Text(ja="どれか一つの式を直して、輪を切ってください。", en="Change one of them so that the circle is cut.")
