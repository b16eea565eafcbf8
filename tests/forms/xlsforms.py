"""Forms with everything that a workbook must carry: groups, repeats, lists, calculated values, conditions."""

from hypothesis import strategies as st

from tests.forms.documents import DOCUMENTS

_TEXT = st.sampled_from(
    ["見出し", "a\nb", " 空白 ", "{x}", '"q"', "_x0041_", "=1+1", "${q0}さん", "[a]"]
) | st.fixed_dictionaries({"ja": st.sampled_from(["見出し", " 前後 "]), "en": st.sampled_from(["Heading", "a  b"])})
_COLUMNS = st.dictionaries(
    st.sampled_from(["area", "区", "name", "label", "x_y", "a b", "image", "値"]),
    st.sampled_from(["1", " a", "", "北"]),
    max_size=3,
)
_LIST = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b", "a b", "a_b", "1", "=c"]), "label": _TEXT}, optional={"columns": _COLUMNS}
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda option: (option["name"], *sorted(option.get("columns", {}).items())),
)
_RULES = {
    "when": st.sampled_from(["${q0} != ''", " 1 = 1 ", "'‘’' = 'null'", "true()"]),
    "required": st.sampled_from([True, False, "${q0} = 'a'", "  1 = 2"]),
    "required_message": _TEXT,
    "constraint": st.sampled_from([". != 'x'", " . > 3 ", ". != 'null’'"]),
    "constraint_message": _TEXT,
    "default": st.sampled_from(["5", "= today()", "=1 + 2", "f(x", " b "]),
    "hint": _TEXT,
}


def _asked(id_, kind, more):
    """A question of one kind."""
    return st.fixed_dictionaries({"id": st.just(id_), "kind": st.just(kind), "title": _TEXT, **more}, optional=_RULES)


@st.composite
def _extra(draw, names, prefix, depth=0):
    """Elements that stand behind the questions of an ordinary document."""
    found = []
    for n in range(draw(st.integers(0, 3))):
        id_ = f"{prefix}{n}"
        choose = st.sampled_from(names) if names else st.just(["a", "b"])
        one = st.one_of(
            _asked(id_, "integer", {"low": st.integers(0, 3), "high": st.integers(3, 9)}),
            _asked(id_, "number", {"low": st.floats(-1, 1)}),
            _asked(id_, "date", {"earliest": st.just("2026-04-01")}),
            _asked(
                id_,
                draw(st.sampled_from(["choice", "choices"])),
                {"options": choose, "choice_filter": st.just("area = ${q0}")},
            ),
            _asked(id_, "yesno", {}),
            st.fixed_dictionaries(
                {"id": st.just(id_), "kind": st.just("note"), "title": _TEXT}, optional={"when": _RULES["when"]}
            ),
            st.fixed_dictionaries(
                {"id": st.just(id_), "kind": st.just("calculated"), "calculate": st.sampled_from(["${q0}", " 1 + 1 "])},
                optional={"title": _TEXT},
            ),
            st.fixed_dictionaries(
                {"id": st.just(id_), "kind": st.just("hidden")}, optional={"value": st.sampled_from(["v", " v", "{"])}
            ),
        )
        if depth < 2 and draw(st.booleans()):
            inside = draw(_extra(names, f"{id_}_", depth + 1)) or [{"id": f"{id_}_i", "kind": "yesno", "title": "中"}]
            one = st.fixed_dictionaries(
                {"id": st.just(id_), "kind": st.just("group"), "questions": st.just(inside)},
                optional={"title": _TEXT, "when": _RULES["when"]},
            ) | st.fixed_dictionaries(
                {"id": st.just(id_), "kind": st.just("repeat"), "title": _TEXT, "questions": st.just(inside)},
                optional={
                    "least": st.integers(0, 2),
                    "most": st.integers(2, 30),
                    "count": st.just("2"),
                    "another": _TEXT,
                },
            )
        found.append(draw(one))
    return found


@st.composite
def _whole(draw):
    document = draw(DOCUMENTS)
    lists = draw(st.dictionaries(st.sampled_from(["towns", "区の一覧", "q0", "x_yesno"]), _LIST, max_size=2))
    extra = draw(_extra(sorted(lists), "e"))
    return document | {"questions": [*document["questions"], *extra]} | ({"lists": lists} if lists else {})


FORMS = _whole()
"""What Form.model_validate takes."""
