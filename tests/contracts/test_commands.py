"""What holds for every command of every bot: declared once, explained twice, refused below its role, never a crash."""

import functools
import importlib
import pkgutil
import re
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import bots
import bridge
import forms
from bots.all import BOTS
from bots.command import KEYWORDS
from bots.dispatch import find
from bots.help import explain
from bots.records import NotAllowed
from bots.roles import Role
from bridge.runtime import PORTS, SORRY
from bridge.stage import Stage
from forms.text import Text
from tests.examples import many
from tests.stages import empty_store

COMMANDS = [(bot, command) for bot in BOTS for command in bot.commands]
IDS = [f"{bot.name} {command.name}" for bot, command in COMMANDS]
every_command = pytest.mark.parametrize(("bot", "command"), COMMANDS, ids=IDS)
LANGUAGES = ("ja", "en")
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")

FORM = """name: himitsu
title: 秘密の題名
questions:
  - {id: kind, kind: choice, title: 秘密の質問, options: [秘密の選択肢, 二番目]}
"""
CAST = {
    "住民": (Role.RESIDENT, "tsukuba"),
    "職員": (Role.STAFF, "tsukuba"),
    "編集者": (Role.EDITOR, "tsukuba"),
    "管理者": (Role.STEWARD, "tsukuba"),
    "隣の編集者": (Role.EDITOR, "nakatsu"),
}


@pytest.fixture
def stage():
    stage = Stage(Path(), CAST, store=empty_store())
    stage.say("編集者", f"!form load\n{FORM}")
    assert "himitsu" in stage.read()[0].text
    yield stage
    stage.close()


def heard(stage, who, text, *, room=None):
    stage.read()
    stage.say(who, text, room=room)
    return "\n".join(said.text for said in stage.read())


# -- explained ---------------------------------------------------------------------------------------------------------


@every_command
def test_every_command_is_explained_in_both_languages_with_differing_words(bot, command):
    for text in (bot.about, command.about, *([command.more] if command.more else ())):
        assert JAPANESE.search(text.ja), text
        assert text.en, text
        assert not JAPANESE.search(text.en.replace("行政DX", "")), text


@every_command
def test_the_usage_names_every_argument_and_whether_it_may_be_left_out(bot, command):
    for lang in LANGUAGES:
        usage = command.usage(bot.name)[lang]
        assert usage.startswith(f"!{bot.name} {command.name}")
        for argument in command.arguments:
            shown = f"<{argument.reader.label[lang]}>"
            assert shown in usage
            assert argument.required == (f"[{argument.usage(lang).strip('[]')}]" not in usage)
            if argument.keyword:
                assert f"{KEYWORDS[argument.name][0]} {shown}" in usage


@every_command
def test_every_command_has_a_japanese_and_an_english_name_of_its_own(bot, command):
    assert any(JAPANESE.search(name) for name in command.names)
    assert command.name.isascii()
    for name in command.names:
        assert find(bot, name) is command


def test_bots_and_their_commands_are_told_apart_by_their_names():
    assert len({name for bot in BOTS for name in bot.names}) == sum(len(bot.names) for bot in BOTS)
    for bot in BOTS:
        names = [name for command in bot.commands for name in command.names]
        assert len(set(names)) == len(names)
        assert any(JAPANESE.search(name) for name in bot.names)


@every_command
def test_its_help_says_usage_role_and_other_names(bot, command):
    said = explain(bot, command)
    for lang in LANGUAGES:
        assert command.usage(bot.name)[lang] in said[lang]
        assert command.about[lang] in said[lang]
        assert command.needs is Role.RESIDENT or command.needs.title[lang] in said[lang]
        assert all(name in said[lang] for name in command.names)


@every_command
def test_the_japanese_name_of_the_bot_and_the_command_does_the_same(bot, command, stage):
    japanese = next(name for name in bot.names if JAPANESE.search(name))
    for name in command.names:
        assert heard(stage, "管理者", f"！{japanese}　help　{name}") == heard(
            stage, "管理者", f"!{bot.name} help {command.name}"
        )


@pytest.mark.parametrize("who", CAST)
def test_help_lists_what_the_caller_may_use_and_nothing_else(stage, who):
    role, server = CAST[who]
    role = role if server == "tsukuba" else Role.RESIDENT
    for bot in BOTS:
        said = heard(stage, who, f"!{bot.name} help").splitlines()
        listed = {line.split()[1] for line in said if line.startswith("!")}
        assert listed == {command.name for command in bot.commands if command.needs <= role}


@every_command
def test_every_command_is_shown_in_a_transcript(bot, command):
    said = _transcripts()
    names = "|".join(re.escape(name) for name in command.names)
    called = "|".join(re.escape(name) for name in bot.names)
    assert re.search(rf"^[^\s|][^>\n]*> [!！](?:{called})[ 　](?:{names})\b", said, re.MULTILINE)


@functools.cache
def _transcripts():
    folder = Path(__file__).parents[1] / "conversations"
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.md")))


# -- refused ---------------------------------------------------------------------------------------------------------


@every_command
def test_one_role_below_a_command_is_refused_in_the_caller_s_language(bot, command, stage):
    if command.needs is Role.RESIDENT:
        return
    below = next(who for who, (role, server) in CAST.items() if role == command.needs - 1 and server == "tsukuba")
    refusal = NotAllowed(command.needs).text
    for lang, word in (("ja", "日本語"), ("en", "English")):
        heard(stage, below, word)
        for name in command.names:
            assert heard(stage, below, f"!{bot.name} {name} himitsu") == refusal[lang]
        assert command.needs.title[lang] in refusal[lang]


SECRETS = ("秘密の題名", "秘密の質問", "秘密の選択肢", "二番目")


def _attempts(command):
    """Its own words well filled in, and in ways that people try."""
    yield " ".join(SAMPLES[argument.name] for argument in command.arguments if not argument.keyword)
    yield ""
    yield "himitsu"
    yield "csv himitsu"
    yield "himitsu xlsform"
    yield "himitsu yes"
    yield "himitsu to 行政DX by 明日 17:00"


SAMPLES = {
    "name": "himitsu",
    "document": FORM,
    "wanted": "himitsu csv",
    "_file": "xlsx",
    "sure": "yes",
    "when": "明日 9:00",
    "text": "会議",
    "number": "1",
    "weekdays": "平日",
    "title": "避難所の状況",
    "older": "1",
    "newer": "1",
    "kind": "代表",
    "reason": "人手が足りないため",
    "group": "行政DX",
    "change": "add",
    "room": "窓口",
    "who": "@隣の編集者:nakatsu",
    "words": "お知らせ",
    "department": "こども課",
    "_me": "me",
    "licence": "1",
    "shown": "1",
    "where": "中津市",
    "form": "himitsu",
    "_rows": "コード,名称",
    "function": "こども課",
    "hours": "8:30-17:15",
    "colleagues": "職員",
    "switch": "付ける",
}


@every_command
@pytest.mark.parametrize("room", [None, "行政DX"], ids=["direct", "room"])
def test_a_person_of_another_municipality_gets_nothing_of_ours_by_any_command(bot, command, room, stage):
    stage.leave("隣の編集者")  # they are asked nothing: whatever they hear, they asked for
    _published_to(stage, "staff")
    for words in _attempts(command):
        for verb in command.names:
            said = heard(stage, "隣の編集者", f"!{bot.name} {verb} {words}", room=room)
            assert not any(secret in said for secret in SECRETS), said
            assert "himitsu" in words or "himitsu" not in said
            assert room is None or said == ""
    assert stage.query("SELECT count(*) FROM publication WHERE closed_at IS NULL") == [(1,)]
    assert stage.query("SELECT count(*) FROM response WHERE sent_at IS NOT NULL") == [(1,)]
    assert stage.query("SELECT count(*) FROM form") == [(1,)]
    assert stage.query("SELECT count(*) FROM digest") == [(0,)]
    assert stage.query("SELECT count(*) FROM reminder") == [(0,)]


def _published_to(stage, room):
    """A form put to our own staff, in a room that the neighbour is not in, with one answer."""
    stage.say("編集者", "!form publish himitsu", room=room)
    stage.say("職員", "1")
    stage.say("職員", "送信")
    stage.read()
    assert stage.query("SELECT count(*) FROM response WHERE sent_at IS NOT NULL") == [(1,)]


# -- never a crash -----------------------------------------------------------------------------------------------------


WORDS = (
    "himitsu|himitus|to|by|remind|at|宛先|締切|催促|時刻|行政DX|「行政DX」|明日|9:00|17時|3日後|1d|前日,3h|平日|月水金|"
    "csv|json|yes|はい|1|0|９|-1|1e999|²|٣|12月32日|R8.4.1|2026-13-01|24:00|{name}|%s|{|<b>|@room|help|```|&a|*a"
)
HOSTILE = [*WORDS.split("|"), "name: x", "9" * 5000, "\u202e", "\u200b", "\x00"]
_WORDS = st.one_of(st.sampled_from(HOSTILE), st.text(string.printable + "あ月日時前後。、「」：　①", max_size=8))


@pytest.fixture(scope="module")
def scene():
    """One stage for all that hypothesis thinks of: what earlier words did is part of the hostility."""
    stage = Stage(Path(), CAST, store=empty_store())
    stage.say("編集者", f"!form load\n{FORM}")
    stage.say("編集者", "!form publish himitsu by 12月1日 17:00", room="行政DX")
    stage.read()
    yield stage
    stage.close()


@settings(max_examples=many(250), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(which=COMMANDS[0], words=["{name}"], who="管理者", room=None)
@given(
    which=st.sampled_from(COMMANDS),
    words=st.lists(_WORDS, max_size=7),
    who=st.sampled_from(list(CAST)),
    room=st.sampled_from([None, "行政DX"]),
)
def test_whatever_follows_a_command_is_done_or_explained(scene, which, words, who, room):
    bot, command = which
    said = heard(scene, who, f"!{bot.name} {command.name} {' '.join(words)}", room=room)
    assert SORRY.ja.partition("{")[0] not in said
    assert "Traceback" not in said


# -- texts -------------------------------------------------------------------------------------------------------------


def _texts():
    """(where, Text) of every sentence that stands at the top of a module, also inside tables."""
    for package in (forms, bots, bridge):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__") and "migrations" not in found.name:
                module = importlib.import_module(found.name)
                for name, value in vars(module).items():
                    yield from _inside(f"{found.name}.{name}", value)


def _inside(where, value):
    if isinstance(value, Text):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _inside(f"{where}[{key!r}]", inner)
    elif isinstance(value, tuple | list) and not hasattr(value, "_fields"):
        for place, inner in enumerate(value):
            yield from _inside(f"{where}[{place}]", inner)


TEXTS = dict(_texts())


def _places(pattern):
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name and name.isidentifier()}


def test_there_are_sentences_to_look_at():
    assert len(TEXTS) > 150


def _wrong(check):
    """Where a sentence is not as it should be: all of them, by the name that they stand under."""
    return [where for where, text in TEXTS.items() if not check(where, text)]


def test_sentences_have_the_same_places_to_fill_in_both_languages():
    assert _wrong(_same_places) == []


def _same_places(_where, text):
    try:
        return _places(text.ja) == _places(text.en)
    except ValueError:  # filled already: a lone brace is what people see
        return text.ja.count("{") == text.en.count("{")


def test_sentences_are_said_in_both_languages():
    assert _wrong(_both) == []


def _both(where, text):
    said = bool(text.ja.strip()) == bool(text.en.strip()) or where in {"bots.reminder_bot.YOU", "bots.digest_bot.YOU"}
    return said and not JAPANESE.search(re.sub(r"“[^”]*”|\"[^\"]*\"|日本語.*", "", text.en))


def test_every_port_that_a_bot_asks_for_is_there():
    listening = (listening for bot in BOTS for listening in bot.listeners)
    commands = (command for bot in BOTS for command in bot.commands)
    wanted = {port for one in (*listening, *commands) for _, port in one.wants}
    assert wanted <= set(PORTS)
