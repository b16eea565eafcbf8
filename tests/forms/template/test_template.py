"""Templates: nothing local leaves, merges keep both sides' work, locks hold, what makes no sense is refused."""

import json

import pytest

from forms.document import as_document
from forms.form import Form
from forms.mistake import Mistake
from forms.template import LICENCES, Ancestor, Local, Template, broken_lock, merge, read_template, strip, write_template
from forms.text import same

TSUKUBA = Local(names=("つくば市", "つくば", "Tsukuba", "tsukuba.example.jp"), people=("佐藤花子",))
PLANTED = {
    "e-mail": "kodomo@city.example.jp",
    "user": "@sato:tsukuba.example.jp",
    "alias": "#kodomo:tsukuba.example.jp",
    "room": "!abcDEF123:tsukuba.example.jp",
    "room of version 12": "!" + "aB3_" * 10 + "xyz",
    "telephone": "029-883-1111",
    "telephone without dashes": "0298831111",
    "telephone in full width": "０２９－８８３－１１１１",
    "telephone in brackets": "(029)883-1111",
    "telephone from abroad": "+81-29-883-1111",
    "extension": "内線 1234",
    "address": "茨城県つくば市研究学園一丁目1番地1",
    "address with code": "〒305-8555 研究学園1-1-1",
    "address in short": "研究学園1丁目1-1",
    "link": "https://www.city.example.jp/kodomo?id=1",
    "permalink": "https://matrix.to/#/#kodomo:tsukuba.example.jp",
    "own name": "つくば市",
    "own name in English": "Tsukuba",
    "person in charge": "担当：田中太郎",
    "author": "佐藤花子",
}
"""As it is planted → what of it must be gone is all of it, but for the word that says who (担当)."""


def form(*questions, **more):
    return Form.model_validate({"name": "gakudo", "title": "学童の申込", "questions": questions, **more})


def planted(words):
    """A form that has them in every text that there may be."""
    said = f"困ったら {words} まで"
    both = {"ja": said, "en": f"Ask {words} first"}
    return form(
        {"id": "a", "kind": "text", "title": f"a {said}", "hint": said, "default": said, "required_message": said,
         "constraint": "string-length(.) < 100", "constraint_message": both},
        {"id": "b", "kind": "choice", "title": f"b {said}", "options": ["はい", {"name": "x", "label": said}, said]},
        {"id": "c", "kind": "choices", "title": f"c {said}", "options": [said, "二"], "none": said, "other": said},
        {"id": "g", "kind": "group", "title": f"g {said}", "questions": [
            {"id": "d", "kind": "note", "title": f"d {said}"},
            {"id": "e", "kind": "choice", "title": "一覧から", "options": "towns"},
            {"id": "h", "kind": "yesno", "title": f"h {said}", "when": f"${{b}} = '{said}'"}]},
        {"id": "m", "kind": "text", "title": f"m {said}"},
        title=both, about=said, lists={"towns": [{"name": "t", "label": said}, "別の町"]},
        audience={"rooms": ["#kodomo:tsukuba.example.jp"]}, closes="2026-12-11T17:00+09:00",
    )  # fmt: skip


@pytest.mark.parametrize("words", PLANTED.values(), ids=PLANTED)
def test_whatever_is_local_is_gone_from_every_text_and_every_option_and_is_shown(words):
    stripped, said = strip(planted(words), TSUKUBA)
    secret = words.removeprefix("担当：")
    left = json.dumps(as_document(stripped), ensure_ascii=False)
    assert secret not in left
    assert "tsukuba" not in left.casefold()
    assert stripped.audience is None
    assert stripped.closes is None
    assert any("配布先" in one.ja for one in said)
    assert any("締切" in one.ja for one in said)
    shown = "\n".join(one.ja for one in said)
    assert "→（" in shown or "→：（" in shown
    assert all(f"「{id_} " in shown for id_ in ("a", "b", "c", "g", "d", "h", "m"))


def test_what_every_municipality_has_stays():
    kept = form(
        {"id": "a", "kind": "text", "title": "お住まいの市町村と町名",
         "hint": "2026-04-01 から 10-20人 まで、第1希望 3-4年生"},
        {"id": "b", "kind": "choice", "title": "区分", "options": ["市内", "県内", "0", "10：30", "1-2年生", "東京都"]},
        {"id": "c", "kind": "phone", "title": "電話番号", "hint": "担当課から連絡します"},
    )  # fmt: skip
    assert strip(kept, TSUKUBA) == (kept, ())


def test_a_condition_still_means_its_option_when_the_option_lost_its_name():
    stripped, _ = strip(planted("つくば市"), TSUKUBA)
    offered = stripped.question("b").options()[-1].name
    assert offered in stripped.question("h").when


def test_a_form_that_does_not_hold_without_local_words_is_refused_with_what_to_mend():
    twins = form({"id": "b", "kind": "choice", "title": "どちら", "options": ["029-883-1111", "029-883-2222"]})
    with pytest.raises(Mistake) as refused:
        strip(twins, TSUKUBA)
    assert "029-883-1111" in refused.value.text.ja
    assert "!form edit gakudo" in refused.value.text.ja


def test_the_name_of_the_form_loses_the_municipality():
    local = Form.model_validate(
        {**as_document(form({"id": "a", "kind": "text", "title": "あ"})), "name": "つくば市-学童"}
    )
    assert strip(local, TSUKUBA)[0].name == "学童"


# -- merging ---------------------------------------------------------------------------------------------------------

NAME = {"id": "q1", "kind": "name", "title": "氏名"}
YEAR = {"id": "q2", "kind": "choice", "title": "学年", "options": ["1年", "2年"]}
ASK = {"id": "q3", "kind": "text", "title": "連絡事項", "hint": "（電話番号）"}
MORE = {"id": "q4", "kind": "yesno", "title": "減免を希望しますか"}
BASE = form(NAME, YEAR, ASK)


def merged(mine, theirs, **choices):
    return merge(BASE, mine, theirs, choices=choices)


def test_what_only_one_side_changed_is_taken():
    mine = form(NAME, YEAR, {**ASK, "hint": "0973-22-1111"}, {**MORE, "id": "local"}, closes="2026-12-11T17:00+09:00")
    theirs = form(NAME, {**YEAR, "options": ["1年", "2年", "3年"]}, ASK, MORE, title="学童の申込（新制度）")
    found = merged(mine, theirs)
    assert found.open_ == ()
    assert [q.id for q in found.form.asked] == ["q1", "q2", "q3", "local", "q4"] or [
        q.id for q in found.form.asked
    ] == ["q1", "q2", "q3", "q4", "local"]
    assert found.form.question("q3").hint == same("0973-22-1111")
    assert len(found.form.question("q2").options()) == 3
    assert found.form.title == same("学童の申込（新制度）")
    assert found.form.closes == mine.closes


def test_two_changes_in_one_question_go_together_where_they_touch_different_fields():
    found = merged(form(NAME, YEAR, {**ASK, "hint": "内線1"}), form(NAME, YEAR, {**ASK, "title": "連絡先"}))
    assert found.open_ == ()
    assert (found.form.question("q3").title, found.form.question("q3").hint) == (same("連絡先"), same("内線1"))


@pytest.mark.parametrize(("mine", "theirs", "side", "title"), [
    ({**ASK, "title": "うち"}, {**ASK, "title": "よそ"}, "mine", "うち"),
    ({**ASK, "title": "うち"}, {**ASK, "title": "よそ"}, "theirs", "よそ"),
    (None, {**ASK, "title": "よそ"}, "mine", None),
    (None, {**ASK, "title": "よそ"}, "theirs", "よそ"),
    ({**ASK, "title": "うち"}, None, "mine", "うち"),
    ({**ASK, "title": "うち"}, None, "theirs", None),
    ({**ASK, "kind": "name"}, {**ASK, "title": "よそ"}, "theirs", "よそ"),
])  # fmt: skip
def test_what_both_changed_is_a_conflict_and_the_choice_decides(mine, theirs, side, title):
    sides = [form(NAME, YEAR, *([q3] if q3 else [])) for q3 in (mine, theirs)]
    undecided = merged(*sides)
    assert [c.key for c in undecided.open_] == ["q3"]
    assert all(undecided.open_[0].mine)
    assert all(undecided.open_[0].theirs)
    decided = merged(*sides, q3=side)
    assert decided.open_ == ()
    assert getattr(decided.form.find("q3"), "title", None) == (same(title) if title else None)


def test_the_title_of_the_form_may_be_in_conflict_too():
    mine, theirs = form(NAME, YEAR, ASK, title="うち"), form(NAME, YEAR, ASK, title="よそ")
    assert [c.key for c in merged(mine, theirs).open_] == ["form.title"]
    assert merge(BASE, mine, theirs, choices={"form.title": "theirs"}).form.title == same("よそ")


def test_order_and_groups_come_through():
    grouped = form(NAME, {"id": "g", "kind": "group", "title": "子", "questions": [YEAR, ASK]})
    found = merge(BASE, form(ASK, NAME, YEAR), grouped)
    assert [e.id for e in found.form.walk()][:1] == ["q1"] or "g" in [e.id for e in found.form.walk()]
    assert {e.id for e in found.form.walk()} == {"q1", "q2", "q3", "g"}
    assert merge(grouped, form(NAME, YEAR, ASK), grouped).form == form(NAME, YEAR, ASK)


def test_a_result_that_is_no_form_is_refused_with_what_is_wrong():
    needing = {**MORE, "when": "${q2} = '1年'"}
    with pytest.raises(Mistake) as refused:
        merged(form(NAME, ASK), form(NAME, YEAR, ASK, needing))
    assert "成り立ちません" in refused.value.text.ja


# -- locks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mine", "broken"), [
    (form(NAME, YEAR, ASK), False), (form(YEAR, NAME), False), (form(NAME, ASK), True),
    (form(NAME, {**YEAR, "title": "年"}, ASK), True), (form(NAME, {**YEAR, "required": False}), True),
])  # fmt: skip
def test_a_locked_part_stays_as_it_was_and_the_refusal_says_who_locked_it(mine, broken):
    said = broken_lock(BASE, mine, ("q2",), who=same("茨城県"))
    assert (said is not None) is broken
    assert said is None or ("茨城県" in said.ja and "学年" in said.ja)


# -- what travels ----------------------------------------------------------------------------------------------------

TEMPLATE = Template(
    form=BASE,
    version=2,
    licence=LICENCES[0],
    lineage=(Ancestor(server="tama", name="moto", version=1),),
    locked=("q2",),
)


def test_a_template_comes_back_as_it_was_written():
    assert read_template(write_template(TEMPLATE), author="ibaraki", may_lock=True) == TEMPLATE


@pytest.mark.parametrize(("change", "words"), [
    ({"licence": None}, "ライセンス"), ({"licence": "mine alone"}, "ライセンス"), ({"form": "{"}, "形が正しく"),
    ({"form": None}, "形が正しく"), ({"form": "[" * 90_000}, "形が正しく"), ({"form": "x" * 300_000}, "大きすぎ"),
    ({"version": 0}, "形が正しく"), ({"version": True}, "形が正しく"), ({"name": "other"}, "形が正しく"),
    ({"locked": ["nothing"]}, "形が正しく"), ({"locked": "q2"}, "形が正しく"), ({"lineage": [1]}, "形が正しく"),
    ({"lineage": [{"server": "ibaraki", "name": "gakudo", "version": 1}]}, "自分自身"),
    ({"lineage": [{"server": "a", "name": "b", "version": 1}] * 2}, "自分自身"),
    ({"lineage": [{"server": "a", "name": f"b{n}", "version": 1} for n in range(21)]}, "20代"),
    ({"form": '{"name":"gakudo","title":"あ","questions":[{"id":"a","kind":"telepathy","title":"あ"}]}'}, "新しく"),
    ({"form": '{"name":"gakudo","title":"あ","questions":[{"id":"a","kind":"text","title":"あ"}],'
              '"audience":{"rooms":["#a:b"]}}', "locked": []}, "形が正しく"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_with_a_sentence(change, words):
    with pytest.raises(Mistake) as refused:
        read_template({**write_template(TEMPLATE), **change}, author="ibaraki", may_lock=True)
    assert words in refused.value.text.ja


def test_only_a_prefecture_locks():
    with pytest.raises(Mistake) as refused:
        read_template(write_template(TEMPLATE), author="tsukuba", may_lock=False)
    assert "都道府県だけ" in refused.value.text.ja
