"""A form and its answers, for the tests of what is made from them."""

from hypothesis import strategies as st

from forms.form import Form

FORM = Form.model_validate(
    {
        "name": "kodomo-kyufu",
        "title": {"ja": "子育て給付金の申請", "en": "Child benefit application"},
        "questions": [
            {
                "id": "reason",
                "kind": "choice",
                "title": {"ja": "申請の理由", "en": "Reason"},
                "options": [
                    {"name": "birth", "label": {"ja": "出生", "en": "birth"}},
                    {"name": "move", "label": {"ja": "転入", "en": "moved in"}},
                    {"name": "other", "label": {"ja": "その他", "en": "other"}},
                ],
            },
            {"id": "children", "kind": "integer", "title": "お子さんは何人ですか"},
            {"id": "moved", "kind": "date", "title": "転入した日", "when": "${reason} = 'move'"},
            {
                "id": "needs",
                "kind": "choices",
                "required": False,
                "title": "必要なもの",
                "options": [
                    {"name": "seat", "label": "チャイルドシート"},
                    {"name": "bed", "label": "=ベビーベッド"},
                ],
            },
            {"id": "height", "kind": "number", "required": False, "title": "身長"},
            {"id": "agree", "kind": "yesno", "title": "間違いはありませんか"},
            {"id": "note", "kind": "text", "required": False, "title": "連絡事項"},
        ],
    }
)

BIRTH = {"reason": "birth", "children": 2, "needs": ["seat"], "height": -5, "agree": "yes", "note": "秘密のことば"}
MOVE = {
    "reason": "move",
    "children": 3,
    "moved": "2026-04-01",
    "needs": None,
    "height": 150.5,
    "agree": "no",
    "note": None,
}

GROUPS = st.sampled_from(["つくば市", "中津市", "多摩市"])


@st.composite
def answers(draw):
    reason = draw(st.sampled_from(["birth", "move", "other"]))
    given = {
        "reason": reason,
        "children": draw(st.integers(-(10**15), 10**15)),
        "needs": draw(st.none() | st.sampled_from([["seat"], ["bed"], ["seat", "bed"]])),
        "height": draw(st.none() | st.floats(-1e15, 1e15) | st.integers(0, 200)),
        "agree": draw(st.sampled_from(["yes", "no"])),
        "note": draw(st.none() | st.text(max_size=5)),
    }
    return given | ({"moved": str(draw(st.dates()))} if reason == "move" else {})
