"""Filling in a form by talking: what is said, kept, asked again, sent and taken back."""

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.conversation import Conversation, advance, open_
from bots.effects import About, Effect, Refuse, Say, Submit, Withdraw
from bots.events import Edited, EventId, Reacted, RoomId, Said, Struck, UserId
from bots.filling.state import asked, on_path
from forms.document import read_form
from forms.form import Form
from forms.text import Text
from tests.examples import many

TODAY = date(2026, 11, 23)
CHILDREN = """
name: kodomo
title: {ja: 子育て給付金の申請, en: Child benefit}
about: {ja: 3分で終わります。, en: Takes three minutes.}
privacy: named
questions:
  - {id: reason, kind: choice, title: {ja: 申請の理由, en: Reason},
     options: [{name: birth, label: {ja: 出生, en: birth}}, {name: move, label: {ja: 転入, en: moved in}}]}
  - {id: children, kind: integer, title: {ja: お子さんは何人ですか, en: How many children}, low: 1, high: 15}
  - {id: moved, kind: date, title: {ja: 転入した日, en: Date of moving in}, when: "${reason} = 'move'"}
  - {id: needs, kind: choices, required: false, title: {ja: 必要なもの, en: What do you need},
     options: [{name: seat, label: {ja: チャイルドシート, en: child seat}}, {name: bed, label: {ja: ベッド, en: cot}}]}
  - {id: agree, kind: yesno, title: {ja: 内容に間違いはありませんか, en: Is everything correct}}
  - {id: note, kind: text, required: false, title: {ja: 連絡事項, en: Notes}}
"""
KEEPING = """
name: hokan
title: {ja: 書類の扱い, en: Papers}
privacy: anonymous
questions:
  - {id: what, kind: choice, title: {ja: どうしますか, en: What to do},
     options: [{name: keep, label: {ja: 保存, en: save}}, {name: burn, label: {ja: 廃棄, en: burn}}]}
  - {id: why, kind: text, title: {ja: 理由, en: Why}}
"""


def form_of(text: str) -> Form:
    form = read_form(text)
    assert isinstance(form, Form), form
    return form


FORM, PAPERS = form_of(CHILDREN), form_of(KEEPING)


class Person:
    """Someone talking with the bot; remembers what the bot did last and under which event each line was said."""

    def __init__(self, form: Form = FORM, **known: object) -> None:
        self.conversation = Conversation(form, receipt="A-0001", response="r1", **known)
        self.effects: tuple[Effect, ...] = ()
        self.everything: list[Effect] = []
        self.ids: dict[str, EventId] = {}
        self._count = count(1)
        self.closed = False

    def _heard(self) -> dict[str, object]:
        at = datetime(2026, 11, 23, 9, tzinfo=UTC)
        id_ = EventId(f"$e{next(self._count)}")
        return {"id": id_, "room": RoomId("!r"), "sender": UserId("@sato:t"), "at": at, "direct": True}

    def _advance(self, event: Said | Edited | Reacted | Struck, about: About | None = None) -> "Person":
        turn = advance(self.conversation, event, today=TODAY, closed=self.closed, about=about)
        self.conversation, self.effects = turn
        self.everything += self.effects
        return self

    def says(self, *texts: str, replying: About | None = None) -> "Person":
        for text in texts:
            event = Said(**self._heard(), text=text)
            self.ids[text] = event.id
            self._advance(event, replying)
        return self

    def edits(self, before: str, *, into: str) -> "Person":
        return self._advance(Edited(**self._heard(), target=self.ids[before], text=into))

    def strikes(self, text: str) -> "Person":
        return self._advance(Struck(**self._heard(), target=self.ids[text]))

    def reacts(self, key: str, *, to: About | None) -> "Person":
        return self._advance(Reacted(**self._heard(), target=EventId("$bot"), key=key), to)

    @property
    def reads(self) -> str:
        """All that the bot said in the last turn, in Japanese."""
        return "\n".join(e.text.ja for e in self.effects if isinstance(e, Say | Refuse))

    @property
    def answers(self) -> dict[str, object]:
        return self.conversation.answers

    @property
    def refused(self) -> bool:
        return any(isinstance(e, Refuse) for e in self.effects)

    @property
    def asked_about(self) -> About:
        (about,) = (e.about for e in self.effects if isinstance(e, Say | Refuse))
        assert about is not None
        return about

    @property
    def at(self) -> str | None:
        question = asked(self.conversation)
        return None if question is None else question.id


ALL = ("1", "2", "スキップ", "はい", "スキップ")


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def ready() -> Person:
    return Person().says(*ALL)


@pytest.fixture
def sent() -> Person:
    return Person().says(*ALL, "送信")


def first_words(person: Person, **more: object) -> str:
    (said,) = open_(person.conversation, TODAY, **more)
    assert isinstance(said, Say)
    return said.text.ja


# --- The first message ---------------------------------------------------------------------------------------------


def test_the_greeting_says_what_it_is_how_long_who_reads_it_and_asks_the_first_question(person):
    deadline = Text(ja="12月11日 17:00", en="11 December 17:00")
    words = first_words(person, deadline=deadline)
    for part in (
        "子育て給付金の申請",
        "3分で終わります。",
        "5問",
        "担当者",
        "12月11日 17:00",
        "ヘルプ",
        "(1/5) 申請の理由（必須）",
    ):
        assert part in words


def test_the_greeting_is_one_message_that_reactions_can_answer(person):
    (said,) = open_(person.conversation, TODAY)
    assert said.about == About("r1", "reason", {"1\u20e3": "1", "2\u20e3": "2"})


def test_someone_coming_back_is_asked_where_they_stopped(person):
    words = first_words(person.says("1"))
    assert "続き" in words
    assert "お子さんは何人ですか" in words
    assert "3分で終わります" not in words


def test_a_preview_says_that_nothing_is_kept(person):
    assert "プレビュー" in first_words(Person(preview=True))


def test_every_message_names_its_form_when_several_are_open():
    labelled = Person(label=True)
    assert first_words(labelled).startswith("【子育て給付金の申請】")
    for text in ("1", "たくさん", "一覧", "保存", "x"):
        assert labelled.says(text).reads.startswith("【子育て給付金の申請】")


# --- Answers -------------------------------------------------------------------------------------------------------


def test_an_answer_is_said_back_and_the_next_question_asked_in_one_message(person):
    person.says("1")
    assert len(person.effects) == 1
    assert "承りました：出生" in person.reads
    assert "(2/5) お子さんは何人ですか（必須）" in person.reads


def test_an_option_may_be_given_by_its_label(person):
    assert person.says("転入").answers == {"reason": "move"}


def test_a_wrong_answer_is_refused_with_the_reason_and_nothing_is_lost(person):
    person.says("1", "たくさん")
    assert person.refused
    assert person.answers == {"reason": "birth"}
    assert person.at == "children"


def test_a_branch_adds_its_question_and_the_count_follows(person):
    assert "(2/6)" in person.says("転入").reads
    assert "(3/6) 転入した日" in person.says("2").reads


def test_an_optional_question_can_be_skipped_and_a_required_one_cannot(person):
    assert "必須" in person.says("スキップ").reads
    assert person.refused
    person.says("1", "2", "スキップ")
    assert person.answers["needs"] is None


def test_text_with_invisible_and_direction_changing_characters_is_shown_without_them(ready):
    ready.says("修正 5", "\u202eabc\u0007 @room")
    assert "\u202e" not in ready.reads
    assert "\u0007" not in ready.reads
    assert "@room" not in ready.reads


def test_a_message_longer_than_any_event_is_refused(person):
    assert "長すぎ" in person.says("あ" * 70_000).reads
    assert person.answers == {}


def test_a_long_answer_is_cut_in_what_is_said_back_but_not_in_what_is_kept(ready):
    ready.says("修正 5", "長" * 900)
    assert ready.answers["note"] == "長" * 900
    assert "長" * 201 not in ready.reads.partition("回答の確認")[2]
    assert "長" * 500 not in ready.reads


# --- Words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["戻る", "back", "BACK", "　戻る　", "戻る。"])
def test_going_back_asks_the_previous_question_and_shows_its_answer(person, word):
    person.says("1", "2", word)
    assert person.at == "children"
    assert "前の回答：2" in person.reads
    assert person.says("3").answers["children"] == 3
    assert person.at == "needs"


def test_going_back_twice_comes_forward_through_both(person):
    person.says("1", "2", "戻る", "戻る")
    assert person.at == "reason"
    person.says("そのまま")
    assert person.at == "children"
    assert person.says("そのまま").at == "needs"
    assert person.answers == {"reason": "birth", "children": 2}


def test_there_is_nothing_before_the_first_question(person):
    assert person.says("戻る").refused


@pytest.mark.parametrize("words", ["修正 1", "修正１", "1を修正", "1番を修正", "change 1", "Fix #1", "訂正1番"])
def test_a_numbered_answer_is_corrected_and_then_the_place_is_as_before(person, words):
    person.says("1", "2", words)
    assert person.at == "reason"
    assert person.says("1").at == "needs"


@pytest.mark.parametrize("number", ["0", "9", "99999999999999999999"])
def test_a_number_that_is_not_in_the_list_is_refused(person, number):
    person.says("1", f"修正 {number}")
    assert person.refused
    assert person.at == "children"


def test_a_question_not_yet_answered_cannot_be_corrected(person):
    assert "まだ回答していない" in person.says("1", "修正 4").reads


def test_correcting_without_a_number_asks_which(person):
    assert "何番" in person.says("1", "修正").reads


def test_correcting_another_question_leaves_the_reopened_one_as_it_was(person):
    person.says("1", "2", "修正 1", "修正 2")
    assert person.at == "children"
    assert person.says("4").answers == {"reason": "birth", "children": 4}
    assert person.at == "needs"


def test_the_list_numbers_the_answers_and_marks_the_place(person):
    reads = person.says("1", "一覧").reads
    assert "1. 申請の理由：出生" in reads
    assert "2. お子さんは何人ですか：（未回答） ←いまここ" in reads


def test_saving_keeps_everything_and_takes_no_answer_until_resumed(person):
    person.says("1", "保存")
    assert person.conversation.stage == "paused"
    assert person.says("2").refused
    assert person.answers == {"reason": "birth"}
    assert "お子さんは何人ですか" in person.says("再開").reads


def test_stopping_is_asked_back_once(person):
    person.says("1", "中止")
    assert "はい" in person.reads
    assert person.says("いいえ").conversation.stage == "open"
    assert person.at == "children"
    person.says("中止", "はい")
    assert person.conversation.stage == "stopped"
    assert not any(isinstance(e, Submit) for e in person.everything)


def test_a_stopped_form_comes_back_with_its_answers(person):
    person.says("1", "cancel", "yes")
    assert person.says("2").refused
    assert person.says("再開").conversation.stage == "open"
    assert person.answers == {"reason": "birth"}


def test_an_answer_instead_of_yes_or_no_means_going_on(person):
    person.says("1", "中止", "3")
    assert person.answers == {"reason": "birth", "children": 3}
    assert not person.conversation.discarding


def test_the_language_is_switched_and_the_question_asked_again(person):
    person.says("English")
    assert person.conversation.lang == "en"
    (said,) = person.effects
    assert "(1/5) Reason (required)" in said.text.en
    assert person.says("日本語").conversation.lang == "ja"


@pytest.mark.parametrize("word", ["ヘルプ", "help", "?", "？"])
def test_help_explains_the_words_and_asks_the_question_again(person, word):
    reads = person.says(word).reads
    assert "戻る" in reads
    assert "申請の理由" in reads


def test_a_word_that_is_also_an_option_is_asked_about():
    person = Person(PAPERS).says("保存")
    assert person.refused
    assert "「保存」" in person.reads
    assert "一時保存" in person.reads
    assert person.conversation.stage == "open"
    assert person.says("「保存」").answers == {"what": "keep"}


def test_the_other_spelling_is_the_command():
    assert Person(PAPERS).says("一時保存").conversation.stage == "paused"


def test_a_command_in_quotation_marks_is_a_text_answer():
    assert Person(PAPERS).says("2", "「中止」").answers["why"] == "中止"


def test_other_quoted_text_keeps_its_quotation_marks():
    assert Person(PAPERS).says("2", "「古い」").answers["why"] == "「古い」"


def test_the_word_to_keep_is_an_answer_where_there_is_nothing_to_keep():
    assert Person(PAPERS).says("2", "そのまま").answers["why"] == "そのまま"


def test_sending_too_early_says_what_is_left(person):
    assert "残り4問" in person.says("1", "送信").reads


# --- Checking and sending ------------------------------------------------------------------------------------------


def test_at_the_end_the_answers_are_shown_for_checking(ready):
    assert "1. 申請の理由：出生" in ready.reads
    assert "3. 必要なもの：（スキップ）" in ready.reads
    assert "送信" in ready.reads
    assert ready.conversation.sent is None


@pytest.mark.parametrize("word", ["送信", "はい", "send", "yes", "OK", "○"])
def test_sending_hands_over_the_answers_and_gives_the_receipt(ready, word):
    ready.says(word)
    expected = {"reason": "birth", "children": 2, "needs": None, "agree": "yes", "note": None}
    assert ready.effects[0] == Submit("r1", expected)
    assert "A-0001" in ready.reads
    assert "修正 2" in ready.reads


def test_anything_else_at_the_check_is_refused_and_no_asks_which(ready):
    assert ready.says("たぶん").refused
    assert "何番" in ready.says("いいえ").reads
    assert ready.says("2").at == "children"


def test_after_sending_a_plain_message_gets_a_short_pointer(sent):
    assert "送信済み" in sent.says("ありがとう").reads
    assert "A-0001" in sent.reads
    assert sent.conversation.answers == sent.conversation.sent


def test_after_sending_the_list_shows_what_was_sent(sent):
    assert sent.says("一覧").reads.startswith("送信済みの回答です。")


def test_a_correction_counts_only_when_it_is_sent_again(sent):
    sent.says("修正 2", "5")
    assert sent.conversation.sent["children"] == 2
    assert "前に送った内容が有効" in sent.reads
    sent.says("送信")
    assert sent.effects[0].answers["children"] == 5
    assert "A-0001" in sent.reads


def test_giving_up_a_correction_goes_back_to_what_was_sent(sent):
    sent.says("修正 2", "5", "中止", "はい")
    assert sent.answers["children"] == 2
    assert sent.conversation.stage == "open"
    assert sent.says("x").reads.startswith("このフォームは送信済みです")


def test_deleting_the_message_of_a_dropped_correction_takes_nothing_back(sent):
    before = sent.says("修正 2", "5", "中止", "はい").conversation
    assert sent.strikes("5").effects == ()
    assert sent.conversation == before


def test_leaving_a_correction_as_it_was_sends_nothing_again(sent):
    sent.says("修正 2", "そのまま")
    assert "送信済み" in sent.reads
    assert len([e for e in sent.everything if isinstance(e, Submit)]) == 1


def test_answers_that_no_longer_matter_are_kept_but_not_sent(person):
    person.says("転入", "2", "2026-04-01", "スキップ", "はい", "スキップ", "修正 1", "出生", "送信")
    assert person.effects[0].answers.keys() == {"reason", "children", "needs", "agree", "note"}
    assert person.answers["moved"] == "2026-04-01"


def test_a_correction_that_opens_a_branch_asks_its_question(sent):
    sent.says("修正 1", "転入")
    assert sent.at == "moved"


def test_a_preview_is_never_submitted():
    preview = Person(preview=True).says(*ALL, "送信")
    assert not any(isinstance(e, Submit) for e in preview.everything)
    assert "プレビュー" in preview.reads


# --- After the deadline --------------------------------------------------------------------------------------------


def test_after_the_deadline_nothing_changes_and_it_is_said_whether_the_answers_were_sent(person, sent):
    for somebody, words in ((person.says("1"), "送信されていません"), (sent, "送信済み")):
        before = somebody.conversation
        somebody.closed = True
        for text in ("2", "修正 1", "送信", "中止", "再開"):
            assert words in somebody.says(text).reads
            assert somebody.conversation == before


def test_after_the_deadline_the_list_can_still_be_read(sent):
    sent.closed = True
    assert "2. お子さんは何人ですか：2" in sent.says("一覧").reads
    assert sent.says("English").conversation.lang == "en"


# --- Edits, deletions, reactions -----------------------------------------------------------------------------------


def test_editing_the_message_of_an_answer_changes_the_answer(person):
    person.says("1", "2").edits("2", into="３")
    assert person.answers["children"] == 3
    assert "「お子さんは何人ですか」の回答を変えました：3" in person.reads
    assert "必要なもの" in person.reads


def test_an_edit_that_cannot_be_read_leaves_the_answer(person):
    person.says("1", "2").edits("2", into="たくさん")
    assert person.refused
    assert person.answers["children"] == 2
    assert "のままにしています" in person.reads


def test_an_edit_into_a_command_is_not_obeyed(person):
    person.says("1", "2").edits("2", into="中止")
    assert person.refused
    assert not person.conversation.discarding


def test_editing_a_skip_into_an_answer_gives_the_answer(ready):
    ready.says("修正 3", "スキップ").edits("スキップ", into="2")
    assert ready.answers["needs"] == ["bed"]


def test_an_edit_after_sending_has_to_be_sent(sent):
    sent.edits("2", into="4")
    assert sent.conversation.sent["children"] == 2
    assert "「送信」で確定" in sent.reads
    assert sent.says("送信").effects[0].answers["children"] == 4


def test_editing_anything_else_does_nothing(person):
    person.says("1", "たくさん").edits("たくさん", into="3")
    assert person.effects == ()


def test_deleting_the_message_of_an_answer_takes_the_answer_back(person):
    person.says("1", "2").strikes("2")
    assert "children" not in person.answers
    assert person.at == "children"
    assert "取り消しました" in person.reads
    assert not any(isinstance(e, Withdraw) for e in person.everything)


def test_deleting_a_sent_answer_withdraws_what_was_sent(sent):
    sent.strikes("2")
    assert sent.effects[0] == Withdraw("r1")
    assert sent.conversation.sent is None
    assert sent.says("1").says("送信").effects[0].answers["children"] == 1


def test_deleting_an_unsent_correction_leaves_what_was_sent(sent):
    sent.says("修正 2", "5").strikes("5")
    assert sent.conversation.sent["children"] == 2
    assert not any(isinstance(e, Withdraw) for e in sent.everything)
    assert "有効なまま" in sent.reads


def test_deleting_anything_else_does_nothing(sent):
    sent.says("x").strikes("x")
    assert sent.effects == ()


@pytest.mark.parametrize("key", ["1\u20e3", "1\ufe0f\u20e3"])
def test_a_reaction_on_an_option_answers_the_question(person, key):
    (said,) = open_(person.conversation, TODAY)
    assert person.reacts(key, to=said.about).answers == {"reason": "birth"}


def test_a_reaction_on_an_earlier_question_corrects_it(person):
    (said,) = open_(person.conversation, TODAY)
    person.says("1", "2").reacts("2\u20e3", to=said.about)
    assert person.answers["reason"] == "move"
    assert "「申請の理由」の回答を変えました：転入" in person.reads


def test_reactions_on_several_options_add_up(person):
    person.says("1", "2")
    needs = person.asked_about
    person.reacts("2\u20e3", to=needs).reacts("1\u20e3", to=needs)
    assert person.answers["needs"] == ["seat", "bed"]


@pytest.mark.parametrize(
    "about", [None, About("another", "reason", {"1\u20e3": "1"}), About("r1", "gone", {"1\u20e3": "1"})]
)
def test_a_reaction_on_something_else_does_nothing(person, about):
    assert person.reacts("1\u20e3", to=about).effects == ()


def test_an_unknown_reaction_does_nothing(person):
    (said,) = open_(person.conversation, TODAY)
    assert person.reacts("👍", to=said.about).effects == ()


def test_taking_a_reaction_away_takes_nothing_back(person):
    (said,) = open_(person.conversation, TODAY)
    person.reacts("1\u20e3", to=said.about)
    assert person.conversation.sources == {}


def test_a_reply_to_an_earlier_question_corrects_it(person):
    (said,) = open_(person.conversation, TODAY)
    person.says("1", "2").says("転入", replying=said.about)
    assert person.answers["reason"] == "move"


# --- Whatever is said ----------------------------------------------------------------------------------------------

WORDS = [
    *("1", "2", "3", "はい", "いいえ", "戻る", "一覧", "修正 1", "修正 3", "修正", "スキップ", "保存", "中止", "再開"),
    *("ヘルプ", "送信", "そのまま", "English", "日本語", "転入", "出生", "2026-04-01", "「中止」", "一覧 2", "R8.4.1"),
]
HOSTILE = st.one_of(st.sampled_from(WORDS), st.text(max_size=40), st.just("9" * 5000), st.just("{x}{0}%s @room"))
MOVES = st.one_of(
    st.tuples(st.just("says"), HOSTILE),
    st.tuples(st.just("edits"), st.tuples(st.integers(0, 9), HOSTILE)),
    st.tuples(st.just("strikes"), st.integers(0, 9)),
    st.tuples(st.just("reacts"), st.sampled_from(["1\u20e3", "2\ufe0f\u20e3", "👍"])),
)


def restarted(conversation: Conversation) -> Conversation:
    """The same conversation, read back from JSON."""
    row = {f.name: getattr(conversation, f.name) for f in fields(conversation) if f.name != "form"}
    row["reopened"] = sorted(row["reopened"])
    back = json.loads(json.dumps(row))
    return Conversation(conversation.form, **{**back, "reopened": frozenset(back["reopened"])})


def play(person: Person, move: tuple[str, object], last: About | None) -> None:
    said = list(person.ids)
    match move:
        case ("says", str(text)):
            person.says(text)
        case ("edits", (int(n), str(text))) if said:
            person.edits(said[n % len(said)], into=text)
        case ("strikes", int(n)) if said:
            person.strikes(said[n % len(said)])
        case ("reacts", str(key)):
            person.reacts(key, to=last)


def plays(moves: list[tuple[str, object]], *, restart: bool) -> Iterator[Person]:
    person, last = Person(), None
    for move in moves:
        if restart:
            person.conversation = restarted(person.conversation)
        before = person.conversation
        person.effects = ()
        play(person, move, last)
        last = next((e.about for e in person.effects if isinstance(e, Say | Refuse) and e.about), last)
        holds(before, person)
        yield person


def holds(before: Conversation, person: Person) -> None:
    after, ids = person.conversation, {q.id for q in FORM.questions}
    assert after.answers.keys() <= ids
    assert after.sources.keys() <= after.answers.keys()
    assert after.reopened <= after.answers.keys()
    submitted = [e.answers for e in person.effects if isinstance(e, Submit)]
    withdrawn = any(isinstance(e, Withdraw) for e in person.effects)
    assert after.sent == (submitted[0] if submitted else None if withdrawn else before.sent)
    now = asked(after)
    assert now is None or now.id in {q.id for q in on_path(after)}
    said = [e for e in person.effects if isinstance(e, Say | Refuse)]
    assert len(said) <= 1
    assert all(len(text.encode()) < 48_000 and "@room" not in text for e in said for text in (e.text.ja, e.text.en))


@settings(max_examples=many(150), deadline=None)
@given(st.lists(MOVES, max_size=25))
def test_whatever_is_said_nothing_is_lost_and_a_restart_changes_nothing(moves):
    straight = [(p.conversation, p.effects) for p in plays(moves, restart=False)]
    again = [(p.conversation, p.effects) for p in plays(moves, restart=True)]
    assert straight == again


def test_a_form_of_many_questions_is_listed_in_pages():
    rows = "\n".join(f"  - {{id: q{n}, kind: text, required: false, title: 質問その{n}}}" for n in range(1, 501))
    person = Person(form_of(f"name: many\ntitle: たくさん\nprivacy: named\nquestions:\n{rows}\n"))
    person.conversation = replace(person.conversation, answers={f"q{n}": "あ" * 300 for n in range(1, 501)})
    (said,) = open_(person.conversation, TODAY)
    assert len(said.text.ja.encode()) < 40_000
    assert "続きは「一覧 " in said.text.ja
    assert "1. 質問その1：" not in person.says("一覧 400").reads
    assert "400. 質問その400：" in person.reads


def test_what_a_reader_overlooked_is_said_with_the_answer_also_of_an_edited_one():
    person = Person().says("転入", "約3人")
    assert "承りました：3\n「約」「くらい」などは除いて" in person.reads
    person.edits("約3人", into="4人くらい")
    assert person.answers["children"] == 4
    assert "除いて" in person.reads
    assert "除いて" not in person.edits("約3人", into="5").reads
