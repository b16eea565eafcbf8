"""Plays tests/conversations/*.md: the product's behaviour, readable by a municipal officer. See README.md here.

Every scene is played twice: as written, and with a restart between all lines. `--rewrite-conversations` writes what
was played (then read it aloud before you commit it).
"""

import difflib
import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from bots.roles import Role
from bridge.stage import TOWNS, Stage
from forms.when import read_when
from tests.counter import write
from tests.country import Country
from tests.forms.every_kind import exif, jpeg, segment
from tests.stages import empty_store

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^(?P<who>[^\s>#@|*-][^>#@]*?)(?:#(?P<room>[^>]+?))?> ?(?P<said>.*)$")
ROLES = {"住民": Role.RESIDENT, "職員": Role.STAFF, "編集者": Role.EDITOR, "管理者": Role.STEWARD}
STEPS = re.compile(
    r"\((?P<step>反応|編集|削除|返信|退室|ファイル|大きすぎるファイル|写真|音声|位置情報)"
    r"(?:「(?P<which>.+?)」)?\) ?(?P<rest>.*)",
    re.DOTALL,
)
INDENT = "  | "
LONGEST = {"picture": 3, "file": 8}  # lines shown of a message; what a picture shows stands in words beside it


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
        towns = next((body.split() for kind, body in BLOCK.findall(intro) if kind == "towns"), [])
        alliance = next((body.split() for kind, body in BLOCK.findall(intro) if kind == "alliance"), [])
        for scene in scenes:
            name = scene.splitlines()[0][3:].strip()
            for restarts in (False, True):
                label = f"{name} [restart]" if restarts else name
                yield Scene.from_parent(
                    self, name=label, given=given, cast=cast, towns=(towns, alliance), body=scene, restarts=restarts
                )


class Scene(pytest.Item):
    def __init__(self, *, given, cast, towns, body, restarts, **kw):
        super().__init__(**kw)
        self.given, self.cast, self.towns, self.body, self.restarts = given, cast, towns, body, restarts

    def runtest(self):
        written = next(b for kind, b in BLOCK.findall(self.body) if kind == "chat")
        played = Play(self.given, self.cast, self.towns, restarts=self.restarts).through(written)
        if played == written:
            return
        if self.config.getoption("--rewrite-conversations") and not self.restarts:
            text = self.path.read_text("utf-8")
            self.path.write_text(text.replace(self.body, self.body.replace(written, played)), "utf-8")
            return
        difference = difflib.unified_diff(written.splitlines(1), played.splitlines(1), "written", "played")
        raise DiffersError("".join(difference))

    def repr_failure(self, excinfo):
        return str(excinfo.value) if excinfo.errisinstance(DiffersError) else super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"{self.path.stem}: {self.name}"


class DiffersError(AssertionError):
    pass


class Play:
    def __init__(self, given, cast, towns, *, restarts):
        self.towns, alliance = towns
        if self.towns:
            self.stage = Country(Path(), _cast(cast), towns=self.towns, stores=empty_store, alliance=alliance)
        else:
            self.stage = Stage(Path(), _cast(cast), store=empty_store())
        self.restarts = restarts
        # what each has said and read, (words, event id): for edits, reactions, redactions, replies
        self.said: dict[str, list[tuple[str, str]]] = {}
        self.heard: dict[str, list[tuple[str, str]]] = {}
        editor = next((n for n, (role, _) in _cast(cast).items() if role >= Role.EDITOR), None)
        for form in given:
            self.stage.say(editor, f"!form load\n{form}")
            assert "読み込みました" in (answer := self._read()[-1][1].text), answer

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
            said = "\n".join([match["said"], *(rest.removeprefix("  |").removeprefix(" ") for rest in line[1:])])
            self._act(match["who"], match["room"], said)
        self.stage.tick()
        return list(_together(self._shown(town, heard) for town, heard in self._read()))

    def _read(self):
        """(town, what its bot said); the town is "" where there is only one."""
        return self.stage.read() if self.towns else [("", heard) for heard in self.stage.read()]

    def _direct(self, order: str) -> None:
        if order == "restart":
            self.stage.restart()
        elif order.startswith("加入申請 "):
            towns = {name: town for town, name in TOWNS.items()}
            self.stage.ask(*(towns[name] for name in order.removeprefix("加入申請 ").split("→")))
        elif order.startswith("停止 "):
            self.stage.sleep(_later(order.removeprefix("停止 "), self.stage.now))
        else:
            self.stage.move(_later(order, self.stage.now))

    def _act(self, who: str, room: str | None, said: str) -> None:  # noqa: C901 - a table of steps
        who, _, function = who.partition("→")
        if function:
            self._write(who, function, said)
            return
        match = STEPS.fullmatch(said)
        if match is None:
            self._keep(who, said, self.stage.say(who, said, room=room))
            return
        which, rest = match["which"], match["rest"]
        match match["step"]:
            case "反応":
                self.stage.react(who, _last(self.heard[who], which), rest)
            case "返信":
                self._keep(who, rest, self.stage.say(who, rest, replies_to=_last(self.heard[who], which)))
            case "編集":
                self.stage.edit(who, _last(self.said[who], which), rest)
            case "削除":
                self.stage.strike(who, _last(self.said[who], which))
            case "退室":
                self.stage.leave(who)
            case "ファイル" | "大きすぎるファイル" as step:
                first, _, content = rest.partition("\n")
                name, _, caption = first.partition(" ")
                self._send(who, name, content.encode() if step == "ファイル" else None, room=room, caption=caption)
            case "写真":
                self._send(who, rest, jpeg(exif(), segment(0xDB, rest.encode())))
            case "音声":
                self._send(who, rest, b"OggS" + rest.encode())
            case "位置情報":
                lat, lon = map(float, rest.split(","))
                self._keep(who, rest, self.stage.locate(who, lat, lon, 20))

    def _write(self, who: str, function: str, said: str) -> None:
        """To a function account, in the room that one's client opened with it."""
        match = STEPS.fullmatch(said)
        if match is None:
            self._keep(who, said, write(self.stage, who, function, said))
        elif match["step"] in ("編集", "削除"):
            write(self.stage, who, function, match["rest"], target=_last(self.said[who], match["which"]))
        else:
            first, _, content = match["rest"].partition("\n")
            name, _, caption = first.partition(" ")
            content = content.encode() if match["step"] == "ファイル" else None
            write(self.stage, who, function, caption, name=name, content=content)

    def _send(self, who: str, name: str, content: bytes | None, **more) -> None:
        self._keep(who, name, self.stage.send(who, name, content, **more))

    def _keep(self, who: str, said: str, event_id: str) -> None:
        self.said.setdefault(who, []).append((said, event_id))

    def _shown(self, town, heard) -> tuple[str, list[str]]:
        """Where it is said, and the lines of it."""
        if heard.person and not heard.speaker:
            self.heard.setdefault(heard.person, []).append((heard.text, heard.event_id))
        place = f"@{heard.person}" if heard.person else f"#{heard.room}"
        place = f"[{TOWNS[town]}]{place}" if town and not heard.person else place
        place = f"（{heard.speaker}）{place}" if heard.speaker else place
        mark = {"edit": "（書き換え）", "picture": "（画像）", "file": "（ファイル）"}.get(heard.kind, "")
        content = _readable(heard.content or b"") if heard.kind == "file" else ""
        text = f"{mark}{heard.text}\n{content}".rstrip("\n")
        return place, _cut(text.splitlines(), LONGEST.get(heard.kind, 16))


def _readable(content: bytes) -> str:
    """What a file says; nothing where only a program can tell."""
    if content.startswith((b"PK", b"$FL2")):
        return _unpacked(content) if b"list.csv" in content else ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932")


def _unpacked(archive: bytes) -> str:
    """What is in an archive of files, and its list."""
    with ZipFile(BytesIO(archive)) as packed:
        *paths, last = packed.namelist()
        return "\n".join([*paths, f"{last}:", packed.read(last).decode("utf-8-sig")])


def _cut(lines: list[str], longest: int) -> list[str]:
    return lines if len(lines) <= longest else [*lines[:longest], "…"]


def _together(shown):
    """What the bot says; where several people read the same, it is shown once."""
    gathered: dict[tuple[str, ...], list[str]] = {}
    for place, lines in shown:
        key = (*lines, "" if place.startswith("@") else place)
        gathered.setdefault(key, []).append(place)
    for (first, *rest, _), places in gathered.items():
        yield f"bot{places[0]}{''.join(p.replace('@', '、') for p in places[1:])}> {first}".rstrip()
        yield from ((INDENT + more).rstrip() for more in rest)


def _last(known: list[tuple[str, str]], which: str | None) -> str:
    """The last message, the last one of exactly these words, or the last one that holds them."""
    exactly = (event_id for words, event_id in reversed(known) if words == which)
    holding = (event_id for words, event_id in reversed(known) if which is None or which in words)
    return next(exactly, None) or next(holding)


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
