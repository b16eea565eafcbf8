"""What can be said of an expression without evaluating it: what it mentions, what does not change from row to row."""

from collections.abc import Iterator

from forms.expression.functions import FUNCTIONS
from forms.expression.paths import is_name
from forms.expression.tree import Called, Chain, Constant, Path, Ref, Start, Step, Tree, all_parts, parts

_CHOICE_NAME = "jr:choice-name"


def named_choice(call: Called) -> Ref | None:
    """The question whose options jr:choice-name() reads, where it is written as '${id}'."""
    if call.name != _CHOICE_NAME or len(call.arguments) != 2 or not isinstance(question := call.arguments[1], Constant):
        return None
    words = str(question.value).strip()
    return Ref(words[2:-1].strip(), question.at + 1) if words.startswith("${") and words.endswith("}") else None


def refs(tree: Tree) -> Iterator[Ref]:
    """All `${id}`, those in jr:choice-name(…, '${id}') too."""
    for part in all_parts(tree):
        if isinstance(part, Ref):
            yield part
        elif isinstance(part, Called) and (ref := named_choice(part)):
            yield ref


def instances(tree: Tree) -> Iterator[str]:
    """The tables that instance('…') and pulldata('…', …) name outright."""
    for part in all_parts(tree):
        if isinstance(part, Called) and part.name in ("instance", "pulldata") and part.arguments:
            id_ = part.arguments[0]
            if isinstance(id_, Constant) and isinstance(id_.value, str):
                yield id_.value


def scanned(tree: Tree) -> Iterator[str]:
    """The tables that instance('…') goes through row by row, because no `[column = value]` follows."""
    for part in all_parts(tree):
        if not (isinstance(part, Path) and isinstance(part.start, Called) and part.start.name == "instance"):
            continue
        if not any(step.predicates and lookups(step.predicates[0])[0] for step in part.steps):
            yield from instances(part.start)


def fields(tree: Tree, *, in_table: bool = False) -> Iterator[str]:
    """The names that paths of the form itself walk through; not the columns of instance(…) rows."""
    if isinstance(tree, Path):
        in_table = in_table and isinstance(tree.start, Start) and not tree.start.absolute
        in_table = in_table or (isinstance(tree.start, Called) and tree.start.name == "instance")
        if not in_table:
            yield from (step.test for step in tree.steps if not step.test.endswith(")"))
    for part in parts(tree):
        yield from fields(part, in_table=in_table)


def steady(tree: Tree) -> bool:
    """Whether it gives the same for every row that a predicate looks at: it does not begin where we are."""
    match tree:
        case Start(absolute):
            return absolute
        case Called(name, arguments) if not FUNCTIONS[name].steady or (FUNCTIONS[name].own and not arguments):
            return False
        case _:
            return all(map(steady, parts(tree)))


def lookups(predicate: Tree) -> tuple[list[tuple[str, Tree]], bool]:
    """The `column = value` in `[…]` that an index can answer, and whether they are all that it says."""
    if places(predicate):
        return [], False
    terms = _terms(predicate)
    found = [one for one in map(_lookup, terms) if one]
    return found, len(found) == len(terms) == 1


def places(tree: Tree) -> bool:
    """Whether position() or last() stand in it."""
    return any(isinstance(part, Called) and part.name in ("position", "last") for part in all_parts(tree))


def _terms(tree: Tree) -> list[Tree]:
    if isinstance(tree, Chain) and all(operator == "and" for operator, _ in tree.rest):
        return [tree.first, *(operand for _, operand in tree.rest)]
    return [tree]


def _lookup(term: Tree) -> tuple[str, Tree] | None:
    if not (isinstance(term, Chain) and len(term.rest) == 1 and term.rest[0][0] == "="):
        return None
    left, right = term.first, term.rest[0][1]
    for side, value in ((left, right), (right, left)):
        if (name := column(side)) and steady(value):
            return name, value
    return None


def column(tree: Tree) -> str | None:
    """The name, when all that it says is one: what rows of tables are asked for."""
    match tree:
        case Path(Start(False), (Step("child", name, ()),)) if is_name(name):
            return name
        case _:
            return None
