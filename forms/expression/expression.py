"""An expression ready to be asked; `compile_expression` makes it or says what is wrong with it, and where."""

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from forms.expression.compiler import as_truth, compiled
from forms.expression.functions import FUNCTIONS, UNSUPPORTED
from forms.expression.functions.declared import MANY, Function
from forms.expression.functions.text import pattern
from forms.expression.lexer import wrong
from forms.expression.node import Node
from forms.expression.parser import parse
from forms.expression.predicates import Give
from forms.expression.run import Run, Scope
from forms.expression.shape import fields, instances, refs, scanned
from forms.expression.tree import Called, Chain, Constant, Negated, Tree, all_parts
from forms.expression.values import Value, number, text
from forms.mistake import Mistake
from forms.text import Text

_NOT_A_FIELD = Text(
    ja="{name}() には ${{id}} か ../id のような項目を書いてください。",
    en="{name}() needs a field such as ${{id}} or ../id.",
)
_ANYWHERE = Node("")
_EVERYTHING = Scope()


@dataclass(frozen=True, eq=False)
class Expression:
    """Asked of a node; raises nothing but Mistake: when it would take too long, or nodes are needed and are not there.

    `mentions` are the ids in `${…}`; `fields` the names that paths such as `../age` walk through; `instances` the
    tables that instance() and pulldata() name outright, `scanned` those of them that are gone through row by row;
    `functions` what it calls.
    """

    source: str
    mentions: frozenset[str]
    fields: frozenset[str]
    instances: frozenset[str]
    scanned: frozenset[str]
    functions: frozenset[str]
    _tree: Tree

    @cached_property
    def _give(self) -> Give:
        return compiled(self._tree)  # most are asked in one of two ways: each is compiled when it is first asked so

    @cached_property
    def _holds(self) -> Callable[[Node, Run], bool]:
        return as_truth(self._tree)

    def evaluate(self, node: Node = _ANYWHERE, scope: Scope = _EVERYTHING) -> Value:
        """A text, a number, true or false, or nodes."""
        return self._give(node, Run(scope, node))

    def holds(self, node: Node = _ANYWHERE, scope: Scope = _EVERYTHING) -> bool:
        """Whether it is so; `${id}` alone: whether it is answered, and not with 0 or false."""
        return self._holds(node, Run(scope, node))

    def text(self, node: Node = _ANYWHERE, scope: Scope = _EVERYTHING) -> str:
        """How its value reads: what a calculation writes down."""
        run = Run(scope, node)
        return run.checked(text(self._give(node, run), run))

    def number(self, node: Node = _ANYWHERE, scope: Scope = _EVERYTHING) -> float:
        run = Run(scope, node)
        return number(self._give(node, run), run)


def compile_expression(source: str, known: Collection[str] | None = None, *, of_rows: bool = False) -> Expression:
    """The expression. Raises Mistake: at which character, and what is expected there.

    `known` are the ids that `${…}` may name; with them, a bare word that is not within `[…]` is refused too: what
    people mean by it is a question or a word in quotes. Without them any path of XPath is taken. `of_rows`: it is
    asked of the rows of a table, whose columns may be named.
    """
    tree = parse(source, bare_names=of_rows or known is None)
    for part in all_parts(tree):
        if isinstance(part, Called):
            _check_call(part)
    mentioned = list(refs(tree))
    for ref in mentioned:
        if known is not None and ref.id not in known:
            raise wrong(ref.at, _unknown(ref.id, known, shape="${{{}}}"))
    return Expression(
        source=source,
        mentions=frozenset(ref.id for ref in mentioned),
        fields=frozenset(fields(tree)),
        instances=frozenset(instances(tree)),
        scanned=frozenset(scanned(tree)),
        functions=frozenset(part.name for part in all_parts(tree) if isinstance(part, Called)),
        _tree=tree,
    )


def _check_call(call: Called) -> None:
    if call.name in UNSUPPORTED:
        raise wrong(
            call.at,
            Text(ja="{name}() はここでは使えません。", en="{name}() is not available here.").fill(name=call.name),
        )
    function = FUNCTIONS.get(call.name)
    if function is None:
        raise wrong(call.at, _unknown(call.name, FUNCTIONS, shape="{}()"))
    count = len(call.arguments)
    if not function.least <= count <= function.most or (call.name == "indexed-repeat" and count % 2 == 0):
        raise wrong(call.at, _miscounted(call.name, function))
    for place, argument in enumerate(call.arguments):
        if function.kind_of(place) == "nodes" and _is_value(argument):
            raise wrong(call.at, _NOT_A_FIELD.fill(name=call.name))
    if call.name == "regex":
        _check_pattern(call.arguments[1])


def _is_value(tree: Tree) -> bool:
    """Whether it can give no nodes."""
    return isinstance(tree, Constant | Negated) or (isinstance(tree, Chain) and tree.rest[0][0] != "|")


def _check_pattern(words: Tree) -> None:
    if isinstance(words, Constant):
        try:
            pattern(str(words.value))
        except Mistake as mistake:
            raise wrong(words.at, mistake.text) from None


def _unknown(name: str, known: Collection[str], *, shape: str) -> Text:
    near = difflib.get_close_matches(name[:64], sorted(known), n=1, cutoff=0.5)
    if near:
        return Text(
            ja="{it} はありません。{near} ではありませんか。", en="there is no {it}; did you mean {near}?"
        ).fill(it=shape.format(name[:64]), near=shape.format(near[0]))
    return Text(ja="{it} はありません。使えるのは {known} です。", en="there is no {it}; there are {known}.").fill(
        it=shape.format(name[:64]), known=", ".join(shape.format(one) for one in sorted(known)[:8])
    )


def _miscounted(name: str, function: Function) -> Text:
    least, most = function.least, function.most
    count = str(least) if least == most else f"{least}-{most}" if most < MANY else f"{least}-"
    return Text(ja="{name}() の括弧の中は{count}個です。", en="{name}() takes {count} values.").fill(
        name=name, count=count
    )
