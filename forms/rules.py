"""What in a form follows from other answers: its expressions, the order to work them out in, and what is wrong."""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms.expression import Condition as Expression
from forms.expression import compile_expression
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
    """An element as far as its rules go. `path` is the way to it in the document, `holder` the id of what holds it."""

    path: Path
    id: str
    sources: tuple[tuple[str, str], ...] = ()
    holder: str | None = None
    repeated: bool = False


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
    yield from _pieces(elements, (*path, "questions"), holder, repeated=False)


def _pieces(elements: Iterable[Element], path: Path, holder: str | None, *, repeated: bool) -> Iterator[Piece]:
    for n, element in enumerate(elements):
        here = (*path, n)
        yield Piece(here, element.id, tuple(element.expressions()), holder, repeated)
        again = repeated or element.kind == "repeat"
        yield from _pieces(element.questions, (*here, "questions"), element.id, repeated=again)


class Rules:
    """The expressions of a coherent form."""

    def __init__(self, elements: Sequence[Element]) -> None:
        everything = tuple(pieces(elements))
        known = frozenset(piece.id for piece in everything)
        self.of: dict[str, Mapping[str, Expression]] = {
            piece.id: {name: compile_expression(source, known) for name, source in piece.sources}
            for piece in everything
        }
        graph = _graph(everything, self.of)
        self.order: tuple[str, ...] = tuple(_ordered(everything, graph))
        """All ids, each after those that it rests on; as in the form where nothing says otherwise."""
        self.stepping = bool(graph.stepping)
        """Whether a value may rest on the same one of another turn of a repeat: one pass may not be enough."""
        self.any = any(self.of.values())


def incoherences(everything: Sequence[Piece]) -> Iterator[Incoherence]:
    """What is wrong between the elements of a form; one by one, as there may be more than anybody reads."""
    yield from _repeated(everything)
    known = frozenset(piece.id for piece in everything)
    compiled: dict[str, dict[str, Expression]] = {}
    for piece in everything:
        compiled.setdefault(piece.id, {})
        for name, source in piece.sources:
            try:
                compiled[piece.id][name] = compile_expression(source, known)
            except Mistake as mistake:
                yield Incoherence(piece.path, name, mistake.text, _mend(name))
    yield from _circles(everything, _graph(everything, compiled))


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
            for id_ in expression.mentions:
                rests |= {id_} if False else {id_, *inside.get(id_, ())}
                graph.blame.setdefault(piece.id, name)
            if piece.id in rests and piece.repeated and False:
                rests.discard(piece.id)
                graph.stepping.add(piece.id)
    return graph


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


def _circles(everything: Sequence[Piece], graph: Graph) -> Iterator[Incoherence]:
    """One for each circle, at the first element of it that has an expression to blame."""
    stuck = graph.rests.keys() - set(_ordered(everything, graph))
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
