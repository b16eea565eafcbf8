"""The files that people answered with, as one archive: a folder for each response, and a list that says what is what.

Nothing is packed tighter (photographs and PDFs hardly shrink), so that no version of a library changes a byte.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from forms.export import FIXED_COLUMNS, Exported, Fixed, fixed, ordered, safe
from forms.file_types import MIME
from forms.form import Form
from forms.handover.table import Layout, Slot
from forms.mistake import Mistake
from forms.questions.attached import MEGA, files_in
from forms.questions.base import Value
from forms.text import Lang, Text

LIST = "list.csv"
COLUMNS = (*FIXED_COLUMNS, "folder", "question", "title", "file", "name", "type", "bytes", "sha256")
"""The columns of the list. These names are public."""
_TOO_MUCH = Text(
    ja="ファイルは合わせて{size}MBあり、一度に渡せる{most}MBを超えています。{instead}",
    en="The files come to {size} MB, more than the {most} MB that can be handed over at once. {instead}",
)
_AROUND = 1000  # bytes that an archive and its list need for each file besides its content
_LONGEST = 120  # bytes of a name as UTF-8: with the question's id before it, every file system takes it
_ENDINGS = {mime: {"jpeg": "jpg"}.get(type_, type_) for type_, mime in MIME.items()}
_ENDING = re.compile(r"\.[^./\\\s]{1,8}\Z")
_RESERVED = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the contents come from (by SHA-256; None for what is gone), and how many bytes may leave at once.

    `instead` says what to do where it is more.
    """

    content: Callable[[str], bytes | None]
    most: int
    instead: Text


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file: of which response, what it answers, and the path that it gets."""

    response: Fixed
    folder: str
    slot: Slot
    path: str
    name: str
    type: str
    size: int
    sha256: str


def enclosed(form: Form, rows: Sequence[Exported], zone: ZoneInfo) -> list[Enclosed]:
    """Every file of these responses, in the one order of rows. Of an anonymous form nobody ever gets any.

    Where the form names nobody folders are numbered as the rows of every export are, and what people called their
    files stays behind: a name often says whose it is.
    """
    if form.privacy == "anonymous":
        return []
    layout, folders, found = Layout(form), set[str](), list[Enclosed]()
    rows = ordered(rows)
    for number, row in enumerate(rows, 1):
        known = fixed(form, row, zone)
        folder = _unique(_harmless(known.receipt) or f"response-{number:03}", "", folders)
        found += _of_one(layout, row, known, folder)
    return found


def without_names(form: Form, rows: Sequence[Exported]) -> list[Exported]:
    """The answers with files called as `enclosed` calls them where nobody is named: by what they answer, no more.

    What was calculated from such an answer holds the file's name too, and now holds the other.
    """
    layout = Layout(form)
    return [replace(row, answers=_renamed(layout, row)) for row in rows]


def _renamed(layout: Layout, row: Exported) -> dict[str, Value]:
    taken, called, answers = set[str](), dict[str, str](), dict(row.answers)
    for slot in layout.slots(row.answers):
        value = row.answers.get(slot.key)
        if not files_in(value):
            continue
        parts: list[Any] = value if isinstance(value, list) else [value]
        renamed = [_called_anew(slot.key, part, taken, called) if files_in(part) else part for part in parts]
        answers[slot.key] = renamed if isinstance(value, list) else renamed[0]
    for key, value in answers.items() if called else ():
        if isinstance(value, str):
            answers[key] = _spoken_anew(value, called)
    return answers


def _called_anew(key: str, file: dict[str, Any], taken: set[str], called: dict[str, str]) -> dict[str, Any]:
    name = _called(key, "", str(file.get("type", "")), taken)
    called[str(file.get("name", ""))] = name
    return {**file, "name": name}


def _spoken_anew(words: str, called: Mapping[str, str]) -> str:
    for before in sorted(filter(None, called), key=len, reverse=True):
        words = words.replace(before, called[before])
    return words


def _of_one(layout: Layout, row: Exported, known: Fixed, folder: str) -> Iterator[Enclosed]:
    taken = set[str]()
    for slot in layout.slots(row.answers):
        for one in files_in(row.answers.get(slot.key)):
            name = str(one.get("name", "")) if known.receipt else ""
            type_ = str(one.get("type", ""))
            path = f"{folder}/{_called(slot.key, name, type_, taken)}"
            size, sha256 = int(one["size"]), str(one["sha256"])
            yield Enclosed(known, folder, slot, path, name=name, type=type_, size=size, sha256=sha256)


def to_zip(form: Form, rows: Sequence[Exported], stored: Stored, *, zone: ZoneInfo, lang: Lang) -> bytes:
    """The archive. Raises Mistake where it would be too large, before any content is fetched."""
    found = enclosed(form, rows, zone)
    size = sum(one.size + _AROUND for one in found)
    if size > stored.most:
        shown = {"size": -(-size // MEGA), "most": stored.most // MEGA}
        raise Mistake(_TOO_MUCH.fill(**shown, instead=stored.instead))
    page, gone = BytesIO(), set[str]()
    with ZipFile(page, "w") as archive:
        for one in found:
            if (content := stored.content(one.sha256)) is None:
                gone.add(one.path)
            else:
                archive.writestr(_entry(one.path), content)
        archive.writestr(_entry(LIST), _list(found, gone, lang))
    return page.getvalue()


def _entry(path: str) -> ZipInfo:
    """Without a time, and the same whichever system makes it."""
    entry = ZipInfo(path)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _list(found: Sequence[Enclosed], gone: set[str], lang: Lang) -> bytes:
    """As every CSV of ours: opens right in Japanese Excel and runs nothing there. No path where a content is gone."""
    page = StringIO(newline="")
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found:
        who, question = one.response, one.slot.question
        title = getattr(question, "title", None)
        words = title[lang][:100] if isinstance(title, Text) else ""
        path = "" if one.path in gone else one.path
        cells = (who.receipt, who.user, who.municipality, who.moment, one.folder, one.slot.key, words, path, one.name)
        writer.writerow([*map(safe, cells), one.type, one.size, one.sha256])
    return page.getvalue().encode("utf-8-sig")


def _called(key: str, name: str, type_: str, taken: set[str]) -> str:
    """`photo_入口.jpg`: the ending is that of what it is, whatever it was called."""
    stem = _harmless(_ENDING.sub("", name))
    return _unique(f"{key}_{stem}" if stem else key, f".{_ENDINGS.get(type_, 'bin')}", taken)


def _unique(stem: str, ending: str, taken: set[str]) -> str:
    """Also where large and small letters are the same."""
    name, number = stem + ending, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}{ending}"
    taken.add(name.casefold())
    return name


def _harmless(name: str) -> str:
    """No path, nothing unseen, nothing that a file system refuses or drops, not too long."""
    seen = "".join(c for c in unicodedata.normalize("NFC", name[:500]) if unicodedata.category(c)[0] != "C")
    short = seen.translate(_RESERVED).strip(" .").encode()[:_LONGEST].decode(errors="ignore")
    return short.strip(" .")
