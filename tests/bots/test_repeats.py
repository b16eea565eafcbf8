"""Repeats in conversation: what the list shows of them, and how one more comes and one goes again."""

import re

import pytest

from bots.effects import Submit
from tests.bots.test_conversation import Person, form_of

FORM = form_of("""
name: kazoku
title: ご家族
questions:
  - id: hito
    kind: repeat
    title: {ja: ご家族, en: Relative}
    questions: [{id: namae, kind: text, title: {ja: お名前, en: Name}}]
  - {id: note, kind: text, title: 連絡事項, required: false}
""")


@pytest.fixture
def family():
    """Three people, and the check of the answers."""
    return Person(FORM).says("花子", "はい", "次郎", "はい", "三郎", "いいえ", "スキップ")


def names(person):
    return [value for key, value in sorted(person.answers.items()) if key.startswith("namae")]


def numbered(person):
    return re.findall(r"^(\d+)\. (.+?)$", person.reads, re.MULTILINE)


def test_thirty_people_are_thirty_lines():
    person = Person(FORM)
    for n in range(30):
        person.says(f"人{n}", *(["はい"] if n < 29 else []))
    person.says("スキップ")
    assert [line for _, line in numbered(person)] == [
        *(f"ご家族 {n}：お名前：人{n - 1}" for n in range(1, 31)),
        "連絡事項：（スキップ）",
    ]
    assert [int(number) for number, _ in numbered(person)] == list(range(1, 32))


def test_every_number_of_the_list_asks_what_stands_beside_it(family):
    for number, line in numbered(family):
        family.says(f"修正 {number}")
        assert f"({number}/5) {line.rpartition('：')[0]}" in family.reads
        family.says("そのまま")


def test_one_more_is_added_by_the_number_of_the_last_line(family):
    family.says("修正 4", "はい", "四郎", "いいえ")
    assert names(family) == ["花子", "次郎", "三郎", "四郎"]
    assert "送信" in family.reads


def test_one_is_taken_out_by_its_name_and_the_others_move_up(family):
    family.says("ご家族 ２ を削除")
    assert names(family) == ["花子", "三郎"]
    assert "2. ご家族 2：お名前：三郎" in family.reads
    (sent,) = [effect for effect in family.says("送信").effects if isinstance(effect, Submit)]
    assert sent.answers == {
        "namae.1": "花子",
        "hito.1.more": "yes",
        "namae.2": "三郎",
        "hito.2.more": "no",
        "note": None,
    }


def test_in_english(family):
    family.says("English", "remove Relative 1")
    assert names(family) == ["次郎", "三郎"]


def test_while_it_is_still_being_filled_in(family):
    person = Person(FORM).says("花子", "はい", "次郎", "はい", "ご家族 1 を削除")
    assert names(person) == ["次郎"]
    assert "ご家族 2：お名前" in person.reads
    person.says("三郎", "いいえ")
    assert names(person) == ["次郎", "三郎"]


def test_a_message_still_corrects_its_own_answer(family):
    family.says("ご家族 1 を削除").edits("三郎", into="参郎")
    assert names(family) == ["次郎", "参郎"]
    family.edits("花子", into="華子")
    assert names(family) == ["次郎", "参郎"]


def test_the_last_one_that_the_form_asks_for_stays(family):
    family.says("ご家族 3 を削除", "ご家族 2 を削除")
    assert "削除」" not in family.reads
    assert family.says("ご家族 1 を削除").refused
    assert names(family) == ["花子"]


def test_after_sending_it_counts_once_it_is_sent_again(family):
    family.says("送信", "ご家族 3 を削除")
    assert "前に送った内容が有効" in family.reads
    family.says("中止", "はい")
    assert names(family) == ["花子", "次郎", "三郎"]
    family.says("ご家族 3 を削除", "送信")
    assert [key for key in family.conversation.sent if key.startswith("namae")] == ["namae.1", "namae.2"]


def test_words_that_name_no_turn_are_an_answer_and_so_are_those_in_quotation_marks():
    person = Person(FORM).says("ご家族 9 を削除")
    assert names(person) == ["ご家族 9 を削除"]
    person.says("はい", "「ご家族 1 を削除」", "いいえ")
    assert len(names(person)) == 2


def test_paused_it_is_not_heard(family):
    family.says("送信", "修正 1", "保存", "ご家族 1 を削除")
    assert len(names(family)) == 3


def test_help_says_how_where_one_may_go():
    person = Person(FORM).says("花子", "ヘルプ")
    assert "を削除" not in person.reads
    assert "「ご家族 2 を削除」" in person.says("はい", "ヘルプ").reads
