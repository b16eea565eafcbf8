"""One declaration gives parser, usage, help and permission."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bots.arguments import Confirmation, Deadline, FormName, RemindAt, RoomName, TimeOfDay, Weekdays, When, Words
from bots.bot import Bot
from bots.call import Call
from bots.command import command, listener
from bots.dispatch import dispatch
from bots.effects import Say
from bots.events import EventId, Joined, RoomId, Said, UserId
from bots.ports import Pending
from bots.records import NotAllowed, Waiting
from bots.roles import Role
from forms.mistake import Mistake
from forms.text import Text, same

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Japan
ABOUT = Text(ja="試す", en="try")


def call(**values):
    known = {
        "event": EventId("$1"), "who": UserId("@sato:tsukuba"), "role": Role.STAFF, "lang": "ja", "room": RoomId("!r"),
        "direct": True, "at": AT, "zone": ZoneInfo("Asia/Tokyo"),
    }  # fmt: skip
    return Call(**(known | values))


def said(text, **values):
    return Said(id=EventId("$1"), room=RoomId("!r"), sender=UserId("@sato:tsukuba"), at=AT, direct=True, text=text)


class Asked:
    """bots.ports.Pending."""

    def __init__(self, waiting=None):
        self.waiting = waiting

    def ask(self, waiting):
        self.waiting = waiting

    def take(self):
        waiting, self.waiting = self.waiting, None
        return waiting


@command("publish", "公開", needs=Role.STAFF, about=ABOUT)
def publish(
    _call: Call,
    name: FormName,
    *,
    to: RoomName | None = None,
    by: Deadline | None = None,
    remind: RemindAt | None = None,
):
    return (name, to, by and by.astimezone(UTC), remind)


@command("delete", "削除", needs=Role.EDITOR, about=ABOUT)
def delete(_call: Call, pending: Pending, name: FormName, sure: Confirmation | None = None):
    if not sure:
        pending.ask(Waiting(command="form delete", words=(name, "yes")))
        return (Say(text=same("sure?")),)
    return (Say(text=same(f"{name} is gone")),)


@listener
def listening(call: Call, event: Joined) -> tuple[Say, ...] | None:
    return (Say(text=same("welcome")),) if isinstance(event, Joined) else None


BOT = Bot(names=("form", "フォーム"), about=ABOUT, commands=(publish, delete), listeners=(listening,))


def run(words):
    return publish.run(call(), words.split(), bot="form", world=lambda _: None)


def test_words_before_the_first_keyword_are_plain_and_each_keyword_takes_those_up_to_the_next():
    name, to, by, remind = run("lunch to 行政DX 推進室 by 明日 17:00 remind 3時間前、前日")
    assert (name, to) == ("lunch", "行政DX 推進室")
    assert by == datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    assert [str(offset) for offset in remind] == ["3:00:00", "1 day, 0:00:00"]


def test_keywords_have_japanese_names_and_any_order():
    assert run("昼食 締切 明日 17:00 宛先 行政DX") == run("昼食 to 行政DX by 明日 17:00")


def test_what_may_be_left_out_is_left_out():
    assert run("lunch") == ("lunch", None, None, None)


def test_a_deadline_without_a_time_is_the_end_of_the_day():
    assert run("lunch by 明日")[2] == datetime(2026, 11, 25, 14, 59, tzinfo=UTC)


def test_quotation_marks_around_a_name_are_not_part_of_it():
    assert run("「昼食」")[0] == "昼食"


@pytest.mark.parametrize(("words", "said"), [("", "フォーム名がありません"), ("lunch by", "締切がありません")])
def test_a_missing_argument_is_named_with_the_usage(words, said):
    with pytest.raises(Mistake) as refused:
        run(words)
    assert said in refused.value.text.ja
    assert "!form publish <フォーム名> [to <部屋>]" in refused.value.text.ja


def test_a_word_too_many_is_quoted_with_the_usage_and_not_at_length():
    with pytest.raises(Mistake) as refused:
        run("lunch " + "x" * 5000)
    assert "「x" in refused.value.text.ja
    assert len(refused.value.text.ja) < 250


def test_an_argument_that_no_message_can_give_is_a_type_error_at_import():
    with pytest.raises(TypeError, match="no way to read size"):

        @command("bad", needs=Role.STAFF, about=ABOUT)
        def bad(_call: Call, size: float):
            return ()


def test_a_moment_ends_where_the_words_do_and_the_rest_is_text():
    @command("me", needs=Role.STAFF, about=ABOUT)
    def me(_call: Call, when: When, text: Words):
        return when.astimezone(UTC), text

    due, text = me.run(call(), ["12月1日", "17時", "月次報告", "を", "出す"], bot="remind", world=lambda _: None)
    assert (due, text) == (datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "月次報告 を 出す")


def test_weekdays_and_a_time_of_day():
    @command("every", needs=Role.STAFF, about=ABOUT)
    def every(_call: Call, weekdays: Weekdays, *, at: TimeOfDay):
        return weekdays, at

    assert every.run(call(), ["月水金", "at", "午後1時"], bot="digest", world=lambda _: None) == ((0, 2, 4), time(13))


# -- dispatch ----------------------------------------------------------------------------------------------------------


def heard(text, pending=None, **values):
    pending = pending or Asked()
    return dispatch((BOT,), call(**values), said(text), world=lambda _: pending)


@pytest.mark.parametrize(
    "text", ["!form publish lunch", "！form　publish　lunch", "! FORM 公開 lunch", "!フォーム 公開 lunch"]
)
def test_a_command_is_found_however_wide_its_letters_are(text):
    assert heard(text)[0] == "lunch"


def test_in_a_shared_room_the_bot_serves_its_own_people_only():
    assert heard("!form publish lunch", mine=False, direct=False) == ()
    assert heard("!nothing", direct=False) == ()


def test_a_mistyped_command_is_told_the_nearest():
    with pytest.raises(Mistake) as refused:
        heard("!form publsh lunch")
    assert "もしかして: !form publish" in refused.value.text.ja


def test_below_its_role_a_command_is_refused_before_its_words_are_read():
    with pytest.raises(NotAllowed):
        heard("!form delete")


def test_yes_runs_what_was_asked_back_once():
    pending = Asked()
    assert heard("!form delete lunch", pending, role=Role.EDITOR)[0].text.en == "sure?"
    assert heard("はい。", pending, role=Role.EDITOR)[0].text.en == "lunch is gone"
    assert heard("はい", pending, role=Role.EDITOR) == ()


def test_no_drops_what_was_asked_back():
    pending = Asked()
    heard("!form delete lunch", pending, role=Role.EDITOR)
    assert heard("いいえ", pending, role=Role.EDITOR)[0].text.ja == "取りやめました。"
    assert heard("はい", pending, role=Role.EDITOR) == ()


def test_yes_is_no_answer_to_a_request_for_a_file():
    pending = Asked(Waiting(command="form load"))
    assert heard("はい", pending) == ()
    assert pending.waiting is not None


def test_who_lost_the_role_meanwhile_cannot_say_yes():
    pending = Asked()
    heard("!form delete lunch", pending, role=Role.EDITOR)
    with pytest.raises(NotAllowed):
        heard("はい", pending, role=Role.STAFF)


def test_what_is_no_command_goes_to_who_listens():
    joined = Joined(id=EventId("$2"), room=RoomId("!r"), sender=UserId("@sato:tsukuba"), at=AT, direct=True)
    assert dispatch((BOT,), call(), joined, world=lambda _: Asked())[0].text.en == "welcome"
    assert heard("こんにちは") == ()
