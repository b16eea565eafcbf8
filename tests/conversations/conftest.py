"""Plays tests/conversations/*.md: the product's behaviour, readable by a municipal officer. See README.md here.

Every scene is played twice: as written, and with a restart between all lines. `--rewrite-conversations` writes what
was played (then read it aloud before you commit it).
"""

import difflib
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bots.roles import Role
from bridge.stage import Stage
from forms.when import read_when

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
LINE = re.compile(r"^(?P<who>[^\s>#@|*-][^>#@]*?)(?:#(?P<room>[^>]+?))?> ?(?P<said>.*)$")
ROLES = {"住民": Role.RESIDENT, "職員": Role.STAFF, "編集者": Role.EDITOR, "管理者": Role.STEWARD}
INDENT = "  | "


def pytest_addoption(parser):
    parser.addoption("--rewrite-conversations", action="store_true", help="write what was played into the transcripts")


def pytest_collect_file(parent, file_path: Path):
    if file_path.suffix == ".md" and file_path.name != "README.md":
        return Script.from_parent(parent, path=file_path)
    return None


class Script(pytest.File):
    def collect(self):
        intro, *scenes = re.split(r"(?m)^(?=## )", self.path.read_text("utf-8"))
        given = [body for kind, body in BLOCK.findall(intro) if kind == "form"]
        cast = next((body for kind, body in BLOCK.findall(intro) if kind == "cast"), "")
        for scene in scenes:
            name = scene.splitlines()[0][3:].strip()
            for restarts in (False, True):
                label = f"{name} [restart]" if restarts else name
                yield Scene.from_parent(self, name=label, given=given, cast=cast, body=scene, restarts=restarts)


class Scene(pytest.Item):
    def __init__(self, *, given, cast, body, restarts, **kw):
        super().__init__(**kw)
        self.given, self.cast, self.body, self.restarts = given, cast, body, restarts

    def runtest(self):
        written = next(b for kind, b in BLOCK.findall(self.body) if kind == "chat")
        with tempfile.TemporaryDirectory() as folder:
            played = Play(Path(folder), self.given, self.cast, restarts=self.restarts).through(written)
        if played == written:
            return
        if self.config.getoption("--rewrite-conversations") and not self.restarts:
            text = self.path.read_text("utf-8")
            self.path.write_text(text.replace(self.body, self.body.replace(written, played)), "utf-8")
            return
        difference = difflib.unified_diff(written.splitlines(1), played.splitlines(1), "written", "played")
        raise Differs("".join(difference))

    def repr_failure(self, excinfo):
        return str(excinfo.value) if excinfo.errisinstance(Differs) else super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"{self.path.stem}: {self.name}"


class Differs(AssertionError):
    pass


class Play:
    def __init__(self, folder: Path, given, cast, *, restarts):
        self.stage = Stage(folder, _cast(cast))
        self.restarts = restarts
        self.said: dict[str, str] = {}  # what somebody said or read last: for edits, reactions, redactions
        self.read_last: dict[str, str] = {}
        editor = next((n for n, (role, _) in _cast(cast).items() if role >= Role.EDITOR), None)
        for form in given:
            self.stage.say(editor, f"!form load\n{form}")
            self.stage.read()

    def through(self, written: str) -> str:
        out: list[str] = []
        try:
            for line in _turns(written):
                out += [*line, *self._follow(line)]
                if self.restarts:
                    self.stage.restart()
        finally:
            self.stage.close()
        return "\n".join(out) + "\n"

    def _follow(self, line: list[str]) -> list[str]:
        whole = line[0]
        if whole.startswith("-- "):
            self._direct(whole.strip("- "))
        else:
            match = LINE.match(whole)
            said = "\n".join([match["said"], *(rest.removeprefix(INDENT) for rest in line[1:])])
            self._act(match["who"], match["room"], said)
        self.stage.tick()
        return [shown for heard in self.stage.read() for shown in self._shown(heard)]

    def _direct(self, order: str) -> None:
        if order == "restart":
            self.stage.restart()
            return
        self.stage.move(_later(order, self.stage.now))

    def _act(self, who: str, room: str | None, said: str) -> None:
        if said.startswith("(反応) "):
            self.stage.react(who, self.read_last[who], said.removeprefix("(反応) "))
        elif said.startswith("(編集) "):
            self.stage.edit(who, self.said[who], said.removeprefix("(編集) "))
        elif said == "(削除)":
            self.stage.strike(who, self.said[who])
        elif said == "(退室)":
            self.stage.leave(who)
        elif said.startswith("(ファイル) "):
            name, _, content = said.removeprefix("(ファイル) ").partition("\n")
            self.stage.send(who, name, content.encode(), room=room)
        else:
            self.said[who] = self.stage.say(who, said, room=room)

    def _shown(self, heard) -> list[str]:
        if heard.person:
            self.read_last[heard.person] = heard.event_id
        place = f"@{heard.person}" if heard.person else f"#{heard.room}"
        mark = {"edit": "（書き換え）", "picture": "（画像）", "file": "（ファイル）"}.get(heard.kind, "")
        first, *rest = heard.text.split("\n")
        return [f"bot{place}> {mark}{first}".rstrip(), *((INDENT + more).rstrip() for more in rest)]


def _cast(text: str):
    cast = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        role, _, server = rest.strip().partition("@")
        cast[name.strip()] = (ROLES[role.strip()], server.strip() or "tsukuba")
    return cast


def _turns(written: str) -> list[list[str]]:
    """People's lines and stage directions, each with its continuation; the bot's lines are what is compared."""
    turns: list[list[str]] = []
    mine = False
    for line in written.splitlines():
        if line.startswith(("  |", INDENT)):
            if mine:
                turns[-1].append(line)
            continue
        mine = not line.startswith("bot")
        if mine and line.strip():
            turns.append([line])
    return turns


def _later(order: str, now: datetime) -> datetime:
    if match := re.fullmatch(r"(\d+)(秒|分|時間)後", order):
        unit = {"秒": "seconds", "分": "minutes", "時間": "hours"}[match[2]]
        return now + timedelta(**{unit: int(match[1])})
    return read_when(order, now, now.tzinfo)
