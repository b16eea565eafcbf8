"""Documents of forms: the public example, and any number of others."""

from hypothesis import strategies as st

EXAMPLE = """\
name: kodomo-kyufu
title: {ja: 子育て給付金の申請, en: Child benefit application}
about: {ja: 3分で終わります。, en: Takes three minutes.}
privacy: named                # named | confidential | anonymous
questions:
  - {id: reason, kind: choice, title: {ja: 申請の理由, en: Reason},
     options: [{name: birth, label: {ja: 出生, en: birth}}, {name: move, label: {ja: 転入, en: moved in}}]}
  - {id: children, kind: integer, title: {ja: お子さんは何人ですか, en: How many children?}, low: 1, high: 15}
  - {id: moved, kind: date, title: {ja: 転入した日, en: Date of moving in}, when: "${reason} = 'move'"}
  - {id: needs, kind: choices, required: false, title: {ja: 必要なもの, en: What do you need?},
     options: [{name: seat, label: {ja: チャイルドシート, en: child seat}}, {name: bed, label: {ja: ベッド, en: cot}}]}
  - {id: agree, kind: yesno, title: {ja: 内容に間違いはありませんか, en: Is everything correct?}}
  - {id: note, kind: text, required: false, title: {ja: 連絡事項, en: Notes},
     hint: {ja: なければ「スキップ」, en: or skip}}
audience: {rooms: ["#gyosei-dx:tsukuba.localhost"]}
closes: 2026-12-11T17:00+09:00
remind: [1d, 3h]              # before it closes, to those who have not answered
results: live                 # live | at-close | editors
"""

_LINE = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=30).map(
    lambda words: f"言{words}葉"
) | st.sampled_from(
    ["no", "null", "~", "2026-04-01", "- a", "a: b", "#", "'", '"', "1e3", "yes", "012", "改\n行", "&x"]
)
_WORDS = _LINE | st.fixed_dictionaries({"ja": _LINE, "en": _LINE})
_NAME = st.sampled_from(["no", "1", "null", "~", "年", "a b", "神", "true", "1.5", "on", "=x", "*"]) | st.from_regex(
    r"[a-z]{1,8}", fullmatch=True
)
_OPTION = st.builds(lambda name, label: {"name": name, "label": label}, _NAME, _WORDS)
_OPTIONS = st.lists(_OPTION | _NAME, min_size=1, max_size=5, unique_by=lambda o: o if isinstance(o, str) else o["name"])
_LIMITS = st.lists(st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15), max_size=2).map(sorted)
_WHOLE = st.lists(st.integers(-(10**15), 10**15), max_size=2).map(sorted)
_DAYS = st.lists(st.dates().map(str), max_size=2).map(sorted)


def _between(*names):
    return lambda values: dict(zip(names, values, strict=False))


_KINDS = st.one_of(
    st.builds(lambda o: {"kind": "choice", "options": o}, _OPTIONS),
    st.builds(lambda o: {"kind": "choices", "options": o, "least": 1, "most": len(o)}, _OPTIONS),
    st.builds(lambda n: {"kind": "text", "longest": n}, st.integers(1, 2000)),
    st.builds(lambda limits: {"kind": "number"} | limits, _LIMITS.map(_between("low", "high"))),
    st.builds(lambda limits: {"kind": "integer"} | limits, _WHOLE.map(_between("low", "high"))),
    st.builds(lambda days: {"kind": "date"} | days, _DAYS.map(_between("earliest", "latest"))),
    st.just({"kind": "yesno"}),
)
_WHEN = st.sampled_from(["${q0} = 'no'", 'not(${q0} = "x") and 1 < 2', "selected(${q0}, 'a b')"])


@st.composite
def _questions(draw):
    kinds = draw(st.lists(_KINDS, min_size=1, max_size=5))
    optional = {"hint": _WORDS, "required": st.booleans(), "when": _WHEN}
    common = [draw(st.fixed_dictionaries({"title": _WORDS}, optional=optional)) for _ in kinds]
    common[0].pop("when", None)  # it looks at this very question
    return [{"id": f"q{n}"} | fields | kind for n, (fields, kind) in enumerate(zip(common, kinds, strict=True))]


DOCUMENTS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["a", "0", "no", "子育て", "ベッド-1", "神社"]),
        "title": _WORDS,
        "questions": _questions(),
    },
    optional={
        "about": _WORDS,
        "privacy": st.sampled_from(["named", "confidential", "anonymous"]),
        "audience": st.just({"rooms": ["#gyosei-dx:tsukuba.localhost", "!abc"]}),
        "closes": st.sampled_from(["2026-12-11T17:00+09:00", "2026-12-11 17:00", "2027-01-01T00:00:01Z"]),
        "remind": st.just(["1d", "3h", "30m", "2w"]),
        "results": st.sampled_from(["live", "at-close", "editors"]),
        "urgent": st.booleans(),
    },
)
"""What Form.model_validate takes."""
