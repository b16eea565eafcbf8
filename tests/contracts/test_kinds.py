"""Every kind that is asked has a title and words that name it, and can be made by talking."""

import pytest

from forms.flaws import KINDS
from forms.writing.kinds import SPELLINGS, TITLES, WRITTEN, kind_named
from tests.bots.drafting.test_drafting import Talk

NOT_ASKED = {
    "note": "words that are only shown; in the introduction, or in a file",
    "group": "several questions under a heading: written in a file",
    "repeat": "several questions again and again: written in a file",
    "calculated": "a value nobody is asked for: written in a file",
    "hidden": "a value nobody is asked for: written in a file",
}
"""The kinds that no word makes while talking, and why."""
ASKED_BACK = {
    "rows": "待ち時間\n説明",
    "columns": "良い\nふつう\n悪い",
    "options": "水\n毛布\n食料",
    "text": "お預かりした情報は、この用件にだけ使います。",
}


def test_every_kind_can_be_made_by_talking_or_has_a_reason():
    assert set(KINDS) == WRITTEN | NOT_ASKED.keys()
    assert not WRITTEN & NOT_ASKED.keys()
    assert set(TITLES) == set(SPELLINGS) == WRITTEN


def test_no_word_names_two_kinds():
    for kind in WRITTEN:
        assert kind_named(TITLES[kind].ja) == kind_named(TITLES[kind].en) == kind
        assert {kind_named(word) for word in SPELLINGS[kind]} == {kind}


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_its_title_makes_a_question_of_this_kind(kind, lang):
    talk = Talk()
    talk.say("ご意見")
    talk.say(f"種類 1 {TITLES[kind].ja}" if lang == "ja" else f"kind 1 {TITLES[kind].en}")
    while need := talk.editors["@a:x"].waiting.get("for"):
        talk.say(ASKED_BACK[need])
    assert [(element.id, element.kind) for element in talk.now.form.questions] == [("q1", kind)]
    talk.say("変更 1 ほかの言葉")
    talk.say("任意 1")
    talk.say("備考")
    talk.say("2を1へ移動")
    assert [element.kind for element in talk.now.form.questions] in (["text", kind], [kind, "text"])
    element = next(element for element in talk.now.form.questions if element.id == "q1")
    assert (element.kind, element.title.ja, element.required) == (kind, "ほかの言葉", False)
