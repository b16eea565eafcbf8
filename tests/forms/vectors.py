"""ODK's vectors: what an expression gives, as others wrote it down; and the documents they are about, as trees."""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from forms.expression.expression import compile_expression
from forms.expression.node import Kind, Node, number_through
from forms.expression.run import Run, Scope
from forms.expression.values import number, text, truth
from forms.mistake import Mistake

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors"
PHOENIX = timezone(timedelta(hours=-7))  # where and when the vectors were written down
NOW = datetime(2026, 11, 22, 19, 35, 50, tzinfo=PHOENIX)
PREFIXES = {
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://some-namespace.com/nss": "ev",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://openrosa.org/javarosa": "jr",
    "http://openclinica.com/odm": "OpenClinica",
    "http://enketo.org/xforms": "enk",
    "http://www.w3.org/2002/xforms": "",
    "http://asdf/": "ns2",
}


@dataclass(frozen=True)
class Vector:
    """`kind`: how `expected` is to be compared; `xml` and `node`: of which document, at which node."""

    source: str
    expr: str
    kind: str
    expected: object
    xml: str | None = None
    node: str | None = None
    factor: int = 1


@lru_cache
def of_odk():
    rows = json.loads((FOLDER / "openrosa-xpath-evaluator.json").read_text(encoding="utf-8"))
    return [
        Vector(r["file"], r["expr"], r["kind"], r.get("expected"), r["xml"], r.get("node"), r.get("factor", 1))
        for r in rows
    ]


@lru_cache
def of_javarosa():
    rows = json.loads((FOLDER / "javarosa-XPathEvalTest.json").read_text(encoding="utf-8"))
    return [Vector("javarosa", row["expr"], _kind(row["expected"]), row["expected"]) for row in rows]


def _kind(expected):
    if expected == "throws":
        return "throws"
    return {bool: "boolean", float: "number", str: "string", list: "date"}[type(expected)]


def passes(vector):
    """Whether it gives what is expected; for `throws`, whether it is refused."""
    top = tree(vector.xml or "")
    scope = Scope(
        now=NOW,
        zone=UTC if vector.source == "javarosa" else PHOENIX,
        chance=lambda: 0.123456789012345,
        uuid=lambda: "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
    )
    try:
        expression = compile_expression(vector.expr)
        node = at(top, vector.node)
        value = expression.evaluate(node, scope)
    except Mistake:
        return vector.kind == "throws"
    if vector.kind == "nodes":
        return [id(one) for one in value] == [id(at(top, path)) for path in vector.expected]
    return vector.kind in _IS and _IS[vector.kind](value, vector, Run(scope, node))


_IS = {
    "boolean": lambda value, vector, _run: truth(value) is vector.expected,
    "number": lambda value, vector, run: _near(number(value, run), float(vector.expected)),
    "rounded": lambda value, vector, run: _rounded(number(value, run), vector.factor) == vector.expected,
    "string": lambda value, vector, run: text(value, run) == _written(vector.expected, run),
    "date": lambda value, vector, run: text(value, run)[:10] == vector.expected[1],
    "match": lambda value, vector, run: re.search(vector.expected, text(value, run)) is not None,
    "strlen": lambda value, vector, run: len(text(value, run)) == vector.expected,
    "count": lambda value, vector, _run: len(value) == vector.expected,
    "type": lambda value, vector, _run: isinstance(value, list) is (vector.expected == 7) or vector.expected == 3,
}
"""How what an expression gave is compared with what was expected (`throws`: it gave something, and should not have)."""


def _rounded(value, factor):
    return math.floor(value * factor + 0.5) / factor


def _written(expected, run):
    return (
        expected
        if isinstance(expected, str)
        else text(expected if isinstance(expected, bool) else float(expected), run)
    )


def _near(value, expected):
    return (math.isnan(value) and math.isnan(expected)) or value == expected or abs(value - expected) < 1e-9


@lru_cache
def tree(xml):
    """The document as nodes, named with the prefixes that the vectors use, whichever the document has."""
    document = Node("", kind=Kind.ROOT)
    if xml:
        _parse(xml, document)
    number_through(document)
    return document


def _parse(xml, document):
    open_ = [document]
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.ordered_attributes = True

    def start(name, attributes):
        node = open_[-1].append(Node(_prefixed(name)))
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            node.set_attribute(_prefixed(key), value)
        open_.append(node)

    cdata = []  # in these documents a CDATA section is a node of its own, and what follows it too

    def words(said):
        before = open_[-1].children[-1:]
        if before and before[0].kind is Kind.TEXT and not cdata:
            before[0].value += said
        elif len(open_) > 1:
            open_[-1].append(Node("", said, kind=Kind.TEXT))
            cdata.clear()

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: open_.pop()
    parser.CharacterDataHandler = words
    parser.StartCdataSectionHandler = parser.EndCdataSectionHandler = lambda: cdata.append(True)
    parser.CommentHandler = lambda said: open_[-1].append(Node("", said, kind=Kind.COMMENT))
    parser.ProcessingInstructionHandler = lambda name, said: open_[-1].append(Node(name, said, kind=Kind.INSTRUCTION))
    parser.StartDoctypeDeclHandler = lambda *_: open_[-1].append(Node("", kind=Kind.COMMENT))
    parser.Parse(xml, True)  # noqa: FBT003 - expat takes nothing by name


def _prefixed(name):
    uri, _, local = name.rpartition(" ")
    prefix = PREFIXES.get(uri, "other") if uri else ""
    return f"{prefix}:{local}" if prefix else local


_STEP = re.compile(r"/(?:(?P<what>\*|node\(\))\[(?P<place>\d+)\]|@(?P<attribute>[\w:.-]+))")


def at(top, path):
    """The node at `/*[1]/node()[2]/@id`."""
    node = top
    for step in _STEP.finditer(path or ""):
        if step["attribute"]:
            node = node.attributes[step["attribute"]]
        else:
            among = [one for one in node.children if step["what"] != "*" or one.kind is Kind.ELEMENT]
            node = among[int(step["place"]) - 1]
    return node
