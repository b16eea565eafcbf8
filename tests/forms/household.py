"""A household for expressions to look at: members in a repeat, their pets in another, a table of towns, a clock."""

from datetime import UTC, datetime

from forms.expression import Node, Scope, compile_expression, instance_of

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)  # 21:00 in Japan


def grown(name, inside):
    """A tree: a text is what a node holds, a dict its children, a list several of one name."""
    node = Node(name, inside if isinstance(inside, str) else "")
    for child, within in inside.items() if isinstance(inside, dict) else ():
        for one in within if isinstance(within, list) else [within]:
            node.append(grown(child, one))
    return node


HOUSE = grown(
    "data",
    {
        "city": "札幌",
        "member": [
            {"name": "花子", "age": "38", "pet": [{"kind": "cat"}, {"kind": "dog"}]},
            {"name": "太郎", "age": "9", "pet": [{"kind": "fish"}]},
            {"name": "次郎", "age": ""},
        ],
        "total": "",
    },
)
PATHS = {
    "city": ("city",),
    "member": ("member",),
    "name": ("member", "name"),
    "age": ("member", "age"),
    "pet": ("member", "pet"),
    "kind": ("member", "pet", "kind"),
    "total": ("total",),
}


def named(id_, node):
    """`${id}` as a form finds it: below the nearest node around that can hold it."""
    above = [node]
    while above[-1].parent is not None:
        above.append(above[-1].parent)
    own = [one.name for one in above[-2::-1]]
    path = PATHS[id_]
    shared = next(n for n in range(len(path) - 1, -1, -1) if tuple(own[:n]) == path[:n])
    found = [above[len(above) - 1 - shared]]
    for name in path[shared:]:
        found = [child for one in found for child in one.children if child.name == name]
    return found


TOWNS = [{"name": f"t{n}", "pref": f"p{n % 47}", "size": str(n), "label": f"町{n}"} for n in range(1741)]
SCOPE = Scope(
    named=named,
    instances={"towns": instance_of(TOWNS)},
    now=NOON,
    label=lambda id_, option: {("city", "札幌"): "札幌市"}.get((id_, option)),
    chance=lambda: 0.25,
    uuid=lambda: "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
)


def member(n):
    return [one for one in HOUSE.children if one.name == "member"][n]


def reads(source, node=HOUSE, scope=SCOPE):
    return compile_expression(source, PATHS).text(node, scope)
