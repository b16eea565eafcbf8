"""Writing a form by talking, without a server: what a word does, and that nothing a person may send breaks it."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bots.drafting import Drafting, Manuscript, Preview, Publish, Stand, Step, Write, advance, open_
from bots.drafting.state import written
from bots.drafting.words import Order, Word, order
from bots.effects import Refuse, Say
from forms.document import read_form, write_form
from forms.text import same
from tests.examples import many

TODAY = date(2026, 11, 24)
EMPTY = written({"name": "hinan", "title": "避難所の状況", "questions": []})


class Talk:
    """Two editors at one manuscript; steps are kept here as the store keeps them."""

    def __init__(self, *who):
        self.steps = {1: (0, EMPTY, "@a:x")}
        self.now = Manuscript("hinan", EMPTY, past=(Step(1, "@a:x", "a", same("begun")),))
        self.editors = {w: open_(Drafting(self.now, self.now, me=w))[0] for w in who or ("@a:x",)}

    def say(self, said, who="@a:x"):
        before = replace(self.editors[who], manuscript=self.now)
        after, effects = advance(before, said, today=TODAY)
        for effect in effects:
            match effect:
                case Write():
                    assert after.manuscript.document == effect.document
                    self.steps[after.manuscript.step] = (self.now.step, effect.document, who)
                    self.now = after.manuscript
                case Stand():
                    self.now = self._standing(effect.step)
                    after = replace(after, manuscript=self.now, seen=self.now)
        self.editors[who] = after
        return effects

    def _standing(self, step):
        """As the store does: the past that leads to the step, and what was undone."""
        whole = [*self.now.past, *self.now.ahead]
        at = [one.number for one in whole].index(step) + 1
        return replace(
            self.now, document=self.steps[step][1], step=step, past=tuple(whole[:at]), ahead=tuple(whole[at:])
        )

    @property
    def titles(self):
        return [q.title.ja for q in self.now.form.asked] if self.now.form else []


def words(effects):
    return "\n".join(e.text.ja for e in effects if isinstance(e, Say | Refuse))


@pytest.mark.parametrize(("said", "expected"), [
    ("変更 3 人数", Order(Word.CHANGE, 3, text="人数")),
    ("３を「人数」に変更", Order(Word.CHANGE, 3, text="人数")),
    ("change 3 head count", Order(Word.CHANGE, 3, text="head count")),
    ("3を1へ移動", Order(Word.MOVE, 3, 1)),
    ("質問3を1番へ移動してください", Order(Word.MOVE, 3, 1)),
    ("move 3 to 1", Order(Word.MOVE, 3, 1)),
    ("削除 3", Order(Word.REMOVE, 3)),
    ("3番を削除", Order(Word.REMOVE, 3)),
    ("remove 3", Order(Word.REMOVE, 3)),
    ("複製　３", Order(Word.COPY, 3)),
    ("必須", Order(Word.REQUIRED)),
    ("3は任意", Order(Word.OPTIONAL, 3)),
    ("ヒント 3 例: 10", Order(Word.HINT, 3, text="例: 10")),
    ("条件 3 質問2が『はい』のときだけ", Order(Word.WHEN, 3, text="質問2が『はい』のときだけ")),
    ("条件 2がはいのとき", Order(Word.WHEN, text="2がはいのとき")),
    ("質問3は、質問2が「はい」のときだけ", Order(Word.WHEN, 3, text="質問2が「はい」のときだけ")),
    ("質問2が『はい』のときだけ", Order(Word.WHEN, text="質問2が『はい』のときだけ")),
    ("3 only if 2 is yes", Order(Word.WHEN, 3, text="only if 2 is yes")),
    ("only if 2 is yes", Order(Word.WHEN, text="only if 2 is yes")),
    ("日付", Order(Word.KIND, text="日付")),
    ("3を日付に", Order(Word.KIND, 3, text="日付")),
    ("種類 3 日付", Order(Word.KIND, 3, text="日付")),
    ("種類 3 はい・いいえ", Order(Word.KIND, 3, text="はい・いいえ")),
    ("種類 3は日付", Order(Word.KIND, 3, text="日付")),
    ("種類 3 順位付け", Order(Word.KIND, 3, text="順位付け")),
    ("3を5段階に", Order(Word.KIND, 3, text="5段階")),
    ("順位付け", Order(Word.KIND, text="順位付け")),
    ("ヒント 3 はじめに書くこと", Order(Word.HINT, 3, text="はじめに書くこと")),
    ("行 3\nA\nB", Order(Word.ROWS, 3, below="A\nB")),
    ("rows 3: A, B", Order(Word.ROWS, 3, text="A, B")),
    ("列 3 良い、悪い", Order(Word.OPTIONS, 3, text="良い、悪い")),
    ("行き先", None),
    ("評価", None),
    ("優先順位", None),
    ("列車の時刻", None),
    ("択一\nA\nB", Order(Word.KIND, text="択一", below="A\nB")),
    ("選択肢 3\nA\nB", Order(Word.OPTIONS, 3, below="A\nB")),
    ("選択肢：A、B", Order(Word.OPTIONS, text="A、B")),
    ("翻訳 3 How many?", Order(Word.TRANSLATE, 3, text="How many?")),
    ("題名 避難所", Order(Word.TITLE, text="避難所")),
    ("元に戻す", Order(Word.UNDO)),
    ("元に戻す 3", Order(Word.UNDO, 3)),
    ("3つ元に戻す", Order(Word.UNDO, 3)),
    ("やり直す", Order(Word.REDO)),
    ("公開 行政DX 明日 17:00", Order(Word.PUBLISH, text="行政DX 明日 17:00")),
    ("プレビュー", Order(Word.PREVIEW)),
    ("？", Order(Word.HELP)),
    ("「日付」", None),
    ("避難者は何人ですか", None),
    ("変更があった日", None),
    ("削除した書類", None),
    ("確認した日", None),
    ("3日間の予定", None),
    ("移動手段", None),
    ("条件に合う人数", None),
    ("公開日はいつですか", None),
])  # fmt: skip
def test_steering_words_are_told_from_questions(said, expected):
    assert order(said) == expected


def test_questions_conditions_and_corrections_become_a_form():
    talk = Talk()
    for said in ("避難所の名前", "開設しましたか", "避難者は何人ですか", "条件 3 2がはいのとき",
                 "足りない物資：水、毛布", "複数選択",
                 "ヒント 3 乳幼児も数えます", "任意 4"):  # fmt: skip
        talk.say(said)
    form = talk.now.form
    assert [(q.id, q.kind) for q in form.asked] == [
        ("q1", "text"), ("q2", "yesno"), ("q3", "integer"), ("q4", "choices"),
    ]  # fmt: skip
    assert form.question("q3").when == "${q2} = 'yes'"
    assert form.question("q3").hint == same("乳幼児も数えます")
    assert not form.question("q4").required
    assert read_form(write_form(form)) == form


def test_an_id_is_never_given_twice():
    talk = Talk()
    for said in ("A市の名前", "B市の名前", "削除 2", "C市の名前", "元に戻す 2", "D市の名前"):
        talk.say(said)
    assert [q.id for q in talk.now.form.asked] == ["q1", "q2", "q4"]


def test_all_can_be_undone_and_done_again():
    talk = Talk()
    told = [talk.now.document]
    for said in ("名前", "数量", "変更 1 品名", "2を1へ移動", "必須 1", "任意 1", "複製 2", "削除 1", "題名 備品"):
        talk.say(said)
        told.append(talk.now.document)
    for document in reversed(told[:-1]):
        talk.say("元に戻す")
        assert talk.now.document == document
    assert "元に戻せる変更はありません" in words(talk.say("元に戻す"))
    talk.say("やり直す 9")
    assert talk.now.document == told[-1]
    assert "やり直せる変更はありません" in words(talk.say("やり直す"))


def test_a_question_that_another_rests_on_is_not_removed():
    talk = Talk()
    for said in ("開設しましたか", "何人ですか", "条件 2 1がはいのとき"):
        talk.say(said)
    assert "条件 2 なし" in words(talk.say("削除 1"))
    assert len(talk.titles) == 2


def test_a_condition_of_a_later_question_is_noticed_after_a_move():
    talk = Talk()
    for said in ("開設しましたか", "何人ですか", "条件 2 1がはいのとき"):
        talk.say(said)
    assert "後にある質問2" in words(talk.say("1を2へ移動"))


def test_options_that_are_asked_for_may_be_given_at_last():
    talk = Talk()
    assert "選択肢" in words(talk.say("会場を選んでください"))
    assert talk.titles == []
    talk.say("本庁舎\n支所")
    assert [o.label.ja for o in talk.now.form.asked[0].options()] == ["本庁舎", "支所"]
    talk.say("文字")
    assert "選択肢" in words(talk.say("択一"))
    talk.say("1. 本庁舎\n2. 支所")
    assert [o.name for o in talk.now.form.asked[0].options()] == ["本庁舎", "支所"]


def test_options_keep_their_english_when_others_come():
    talk = Talk()
    talk.say("会場：本庁舎、支所")
    talk.say("翻訳 1 Place\nTown hall\nBranch")
    talk.say("選択肢 1\n本庁舎\n公民館\n支所")
    assert [o.label.en for o in talk.now.form.asked[0].options()] == ["Town hall", "公民館", "Branch"]
    assert talk.now.form.asked[0].title.en == "Place"


def test_what_one_editor_changed_the_other_must_see_before_changing_it():
    talk = Talk("@a:x", "@b:x")
    talk.say("人数")
    talk.say("一覧", "@b:x")
    talk.say("変更 1 乗る人の数")
    asked = words(talk.say("条件 1 なし", "@b:x"))
    assert "「人数」→「乗る人の数」" in asked
    assert "はい" in asked
    talk.say("変更 1 同乗者の数", "@b:x")
    assert talk.titles == ["同乗者の数"]


def test_numbers_are_places_in_what_the_editor_saw():
    talk = Talk("@a:x", "@b:x")
    for said in ("品名", "数量", "備考"):
        talk.say(said)
    talk.say("一覧", "@b:x")
    talk.say("3を1へ移動")
    talk.say("変更 1 品物の名前", "@b:x")
    assert talk.titles == ["備考", "品物の名前", "数量"]


def test_a_confirmed_condition_means_the_questions_that_were_seen():
    talk = Talk("@a:x", "@b:x")
    for said in ("出席できますか", "弁当は要りますか", "理由"):
        talk.say(said)
    talk.say("一覧", "@b:x")
    talk.say("変更 3 欠席の理由")
    talk.say("2を1へ移動")
    talk.say("条件 3 質問1がいいえのとき", "@b:x")
    talk.say("はい", "@b:x")
    assert talk.now.form.question("q3").when == "${q1} = 'no'"


def test_publishing_and_previewing_are_left_to_the_world():
    talk = Talk()
    assert "まだ質問がありません" in words(talk.say("公開"))
    talk.say("品名")
    assert talk.say("公開 行政DX 明日") == (Publish("行政DX 明日"),)
    assert talk.say("プレビュー") == (Preview(),)


WORDS = [
    "変更", "削除", "3", "１", "を", "へ", "移動", "条件", "質問1が", "『はい』", "のときだけ", "only if", "1 is yes",
    "undo", "元に戻す", "やり直す",
    "9", "はい", "いいえ", "日付", "択一", "\n", "A、B", "：", "ヒント", "翻訳", "選択肢", "一覧", "確認", "複製",
    "必須", "題名", "なし", "{n}", "${q1}",
    "\u202e", "\x00", "何人ですか", "公開", "「", "」", "'", '"', "&", "(", "12/1",
]  # fmt: skip
LINES = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
                  st.lists(st.sampled_from(WORDS), max_size=6).map("".join))  # fmt: skip


@settings(max_examples=many(150), deadline=None)
@given(st.lists(st.tuples(LINES, st.sampled_from(["@a:x", "@b:x"])), max_size=14))
@example([("選択肢 1", "@a:x"), ("会場を選んで", "@a:x"), ("ヘルプ", "@a:x"), ("あ" * 20000, "@a:x")])
def test_anything_is_survived_and_the_draft_stays_a_form(lines):
    talk = Talk("@a:x", "@b:x")
    talk.say("参加しますか：はい、いいえ")
    for said, who in lines:
        talk.say(said, who)
        after = talk.editors[who]
        json.dumps(dict(after.waiting))
        if talk.now.form is not None:
            assert read_form(write_form(talk.now.form)) == talk.now.form
            assert talk.now.given >= len(talk.now.form.asked)


TABLE = "窓口の満足度\n待ち時間\n説明\n\n良い\n悪い"


def drafted(*said):
    talk = Talk()
    for one in said:
        talk.say(one)
    return talk


def kinds(talk):
    return [(element.id, element.kind) for element in talk.now.form.questions]


@pytest.mark.parametrize("kind", ["順位付け", "複数選択", "検索して選択"])
def test_new_options_leave_the_kind_as_it_is(kind):
    talk = drafted("希望：水、毛布", f"種類 1 {kind}")
    before = kinds(talk)
    talk.say("選択肢 1\n水\n毛布\n食料")
    assert kinds(talk) == before != [("q1", "choice")]
    assert [option.name for option in talk.now.form.questions[0].offered] == ["水", "毛布", "食料"]


def test_new_options_leave_all_other_settings_as_they_are():
    fields = json.loads(EMPTY)
    asked = {"id": "q1", "kind": "choices", "title": "物資", "options": ["水", "毛布"], "most": 2, "other": True}
    talk = Talk()
    talk.now = replace(talk.now, document=written({**fields, "questions": [asked]}))
    talk.say("一覧")
    talk.say("選択肢 1\n水\n毛布\n食料")
    found = talk.now.form.questions[0]
    assert (found.most, found.other, len(found.offered)) == (2, True, 3)


def test_the_points_of_a_scale_are_named_and_renamed():
    talk = drafted("満足度を5段階で", "選択肢 1\n1=不満 5=満足")
    assert (talk.now.form.questions[0].lowest.ja, talk.now.form.questions[0].highest.ja) == ("不満", "満足")
    talk.say("選択肢 1\n悪い\nふつう\n良い")
    scale = talk.now.form.questions[0]
    assert (scale.points, [label.ja for label in scale.labels], scale.lowest) == (3, ["悪い", "ふつう", "良い"], None)
    assert "2〜11" in words(talk.say("選択肢 1\n" + "\n".join(map(str, range(12)))))
    talk.say("翻訳 1 How good?\nbad\nfair\ngood")
    assert [label.en for label in talk.now.form.questions[0].labels] == ["bad", "fair", "good"]


def test_a_number_within_a_table_means_the_table():
    talk = drafted("名前", TABLE, "備考")
    assert "\n3. " not in words(talk.say("一覧"))
    assert "2〜3. 窓口の満足度（表形式）" in words(talk.say("一覧"))
    assert "質問2〜3" in words(talk.say("任意 3"))
    assert talk.now.form.questions[1].required is False
    talk.say("4を2へ移動")
    assert kinds(talk) == [("q1", "text"), ("q3", "text"), ("q2", "matrix")]
    talk.say("変更 4 窓口はどうでしたか")
    assert talk.now.form.questions[2].title.ja == "窓口はどうでしたか"
    talk.say("条件 3 質問2が空のとき")
    assert [row.when for row in talk.now.form.questions[2].questions] == ["${q3} = ''"] * 2
    talk.say("複製 4")
    talk.say("削除 3")
    assert kinds(talk)[2:] == [("q4", "matrix")]


def test_a_row_that_stays_keeps_its_answers_and_no_name_is_given_twice():
    talk = drafted(TABLE, "行 1\n説明\n設備", "行 1\n待ち時間\n説明\n設備")
    assert [(row.name, row.label.ja) for row in talk.now.form.questions[0].rows] == [
        ("1", "待ち時間"), ("2", "説明"), ("3", "設備"),
    ]  # fmt: skip


def test_a_row_that_a_condition_rests_on_stays():
    talk = drafted(TABLE, "備考", "条件 3 質問1が「悪い」のとき")
    for said in ("行 1\n説明", "種類 1 択一", "削除 1"):
        assert "質問3の条件が質問1〜2の答えを使っています" in words(talk.say(said)), said
    assert kinds(talk) == [("q1", "matrix"), ("q2", "text")]
    talk.say("行 1\n待ち時間")
    assert len(talk.now.form.questions[0].rows) == 1


def test_rows_and_columns_may_come_one_after_the_other():
    talk = drafted("窓口", "行 1\n待ち時間\n説明", "良い、悪い")
    assert kinds(talk) == [("q1", "matrix")]
    talk = drafted("窓口", "列 1 良い、悪い", "行 1 待ち時間、説明")
    assert [option.label.ja for option in talk.now.form.questions[0].offered] == ["良い", "悪い"]
    talk.say("列 1 良い、ふつう、悪い")
    assert (len(talk.now.form.questions[0].offered), len(talk.now.form.asked)) == (3, 2)


def test_what_is_asked_back_is_waited_for_until_it_can_be_read():
    talk = drafted("満足度", "種類 1 順位付け")
    assert "2〜30" in words(talk.say("水"))
    talk.say("水、毛布")
    assert kinds(talk) == [("q1", "rank")]


def test_a_table_that_somebody_else_changed_is_not_changed_unseen():
    talk = Talk("@a:x", "@b:x")
    talk.say(TABLE)
    talk.say("一覧", "@b:x")
    talk.say("列 1 良い、ふつう、悪い")
    assert "ご覧になってから変わっています" in words(talk.say("行 1\n説明", "@b:x"))
    talk.say("はい", "@b:x")
    table = talk.now.form.questions[0]
    assert ([row.label.ja for row in table.rows], len(table.offered)) == (["説明"], 3)
