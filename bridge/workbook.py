"""Reading a workbook where it can do no harm: in a process of its own, with little memory and little time.

`python -m bridge.workbook form|list NAME` is that process: the file on standard input, what it holds on the output.
"""

import hashlib
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from forms.flaws import Flaw
from forms.form import Form
from forms.lists.known import Known
from forms.lists.reading import LARGEST as LARGEST_LIST
from forms.lists.reading import TOO_LARGE as LIST_TOO_LARGE
from forms.lists.reading import Listed, read_list
from forms.lists.table import Filed
from forms.mistake import Mistake
from forms.text import Text, same
from forms.xlsform.content import LARGEST
from forms.xlsform.reading import Read, read_workbook
from forms.xlsform.sheets import TOO_LARGE

MEMORY = 300 * 1024 * 1024
SECONDS = 2  # of the processor, once it has started
_NO_MEMORY = 3
PATIENCE = 30  # seconds on the wall, on a machine that has much else to do
MOST_READINGS = 32
"""More than there are rooms that are handled at once."""
_FILE = Text(ja="ファイル", en="the file")
_TOO_MUCH = Text(
    ja="読み込みに時間かメモリがかかりすぎるため、中止しました。使っていない行・列・シートを削除して、保存し直してください。",
    en="Reading this file takes too much time or memory. Delete the rows, columns and sheets that are not used, and "
    "save it again.",
)
_LIST_TOO_MUCH = Text(
    ja="この一覧の読み込みには時間かメモリがかかりすぎるため、中止しました。使わない列を削除して、保存し直してください。",
    en="Reading this list takes too much time or memory. Delete the columns that nobody needs, and save it again.",
)
_ELSEWHERE = Text(
    ja="ほかのXLSForm対応ソフトでは、このままでは使えません（{why}）。",
    en="Other XLSForm tools do not take this as it is ({why}).",
)
_FINE = Text(ja="回覧だけで使うなら、そのままで構いません。", en="Here it works; nothing needs to be done.")


class Unread(Exception):  # noqa: N818 - named for what is so
    """This file has not been read: do so outside of the transaction, and do the whole of that again."""

    def __init__(self, key: tuple[str, ...], read: Callable[[], Any]) -> None:
        super().__init__("a file must be read")
        self.key, self.read = key, read


class Readings:
    """What files were found to hold, each until it is taken. What is asked of it raises Unread before it was read."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], Any] = {}

    def take(self, content: bytes, *, name: str, known: Known) -> Read:
        """The form in a workbook."""
        key = ("form", hashlib.sha256(content).hexdigest(), name, known.key)
        found: Read = self._take(key, lambda: read_safely(content, name=name, known=known))
        return found

    def take_list(self, content: bytes, *, name: str) -> Listed | Text:
        """The list in a CSV file, or why it is none."""
        key = ("list", hashlib.sha256(content).hexdigest(), name)
        found: Listed | Text = self._take(key, lambda: list_safely(content, name=name))
        return found

    def _take(self, key: tuple[str, ...], read: Callable[[], Any]) -> Any:
        if key not in self._found:
            raise Unread(key, read)
        return self._found.pop(key)

    def read(self, unread: Unread) -> None:
        """Read it; this takes its time."""
        found = unread.read()
        while len(self._found) >= MOST_READINGS:  # whoever brought it was no longer asked for it
            del self._found[next(iter(self._found))]
        self._found[unread.key] = found


def read_safely(raw: bytes, *, name: str = "", known: Known | None = None) -> Read:
    """The form in a workbook, or what is wrong with it. RuntimeError is a bug of ours."""
    if len(raw) > LARGEST:
        return _refused(TOO_LARGE)
    lists = json.dumps((known or Known()).as_json()).encode() + b"\n"
    said = _apart("form", name, lists + raw)
    if said is None:
        return _refused(_TOO_MUCH)
    found = json.loads(said)
    if known is not None:
        known.missing |= dict.fromkeys(found["missing"])
    return _from_json(found)


def list_safely(raw: bytes, *, name: str) -> Listed | Text:
    """The list in a CSV file, or why it is none. RuntimeError is a bug of ours."""
    if len(raw) > LARGEST_LIST:
        return LIST_TOO_LARGE
    said = _apart("list", name, raw)
    if said is None:
        return _LIST_TOO_MUCH
    head, _, packed = said.partition(b"\n")
    found = json.loads(head)
    if "why" in found:
        return Text(**found["why"])
    return Listed(Filed.of(found["filed"]), packed, found["guessed"])


def _apart(what: str, name: str, given: bytes) -> bytes | None:
    """What a process of its own says of it; None where it took too much. RuntimeError is a bug of ours."""
    command = [sys.executable, "-I", "-X", "utf8", "-m", "bridge.workbook", what, "--", name[:100]]
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        return None
    if done.returncode < 0 or done.returncode == _NO_MEMORY:
        return None
    if done.returncode != 0:
        raise RuntimeError("the reader of workbooks has a bug")  # what it said may quote the file
    return done.stdout


def _refused(why: Text) -> Read:
    return Read(None, flaws=(Flaw(_FILE, why, same("")),))


def _from_json(found: Mapping[str, Any]) -> Read:
    form = Form.model_validate(found["document"]) if found["whole"] else None
    flaws, notices = (tuple(map(_flaw, found[name])) for name in ("flaws", "notices"))
    return Read(form, found["document"], flaws, notices)


def _flaw(found: list[Any]) -> Flaw:
    place, what, mend = (Text(ja=ja, en=en) for ja, en in found[:3])
    return Flaw(place, what, mend, found[3])


def _as_json(flaws: Iterable[Flaw]) -> list[list[Any]]:
    return [[*([text.ja, text.en] for text in (one.place, one.what, one.mend)), one.line] for one in flaws]


# -- within the process


def main() -> None:
    """Read, judge, say so."""
    given = sys.stdin.buffer.read(2 * LARGEST_LIST)
    _limit()
    try:
        found = _list(given) if sys.argv[1] == "list" else _form(given)
    except MemoryError:
        sys.exit(_NO_MEMORY)
    sys.stdout.buffer.write(found)
    sys.stdout.buffer.flush()


def _form(given: bytes) -> bytes:
    lists, _, raw = given.partition(b"\n")
    known = Known.from_json(json.loads(lists))
    read = read_workbook(raw, name=sys.argv[-1], known=known)
    notices = [*read.notices, *_judged(read.form)] if read.form else read.notices
    found = {
        "whole": read.form is not None,
        "document": read.document if read.form else {},
        "flaws": _as_json(read.flaws),
        "notices": _as_json(notices),
        "missing": [*known.missing],
    }
    return json.dumps(found, ensure_ascii=False).encode()


def _list(raw: bytes) -> bytes:
    try:
        found = read_list(raw, file=sys.argv[-1])
    except Mistake as mistake:
        return json.dumps({"why": {"ja": mistake.text.ja, "en": mistake.text.en}}).encode()
    head = json.dumps({"filed": found.filed.facts(), "guessed": found.guessed}).encode()
    return head + b"\n" + found.packed


def _limit() -> None:
    """From here on: little time and memory, no files, no other processes. Beyond it the process dies."""
    if sys.argv[1] == "form":
        import xlrd  # noqa: F401 - before no more files may be opened
        import xlsxwriter  # noqa: F401

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _judged(form: Form) -> list[Flaw]:
    """What pyxform, the measure of XLSForm, has against the form as we would write it."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2json import workbook_to_json
    from pyxform.xls2json_backends import DefinitionData

    from forms.xlsform.rows import Cells, rows_of

    def headed(rows: list[Cells]) -> dict[str, Any]:
        return {"rows": rows, "head": [dict.fromkeys(name for row in rows for name in row)]}

    rows = rows_of(form)
    survey, choices, settings = headed(rows.survey), headed(rows.choices), headed([rows.settings])
    book = DefinitionData(
        survey=survey["rows"],
        survey_header=survey["head"],
        choices=choices["rows"],
        choices_header=choices["head"],
        settings=settings["rows"],
        settings_header=settings["head"],
    )
    try:
        workbook_to_json(workbook_dict=book, form_name="data", warnings=[])
    except PyXFormError as error:
        why = " ".join(str(error).split())[:300]
        return [Flaw(_FILE, _ELSEWHERE.fill(why=why), _FINE)]
    return []


if __name__ == "__main__":
    main()
