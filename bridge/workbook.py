"""Reading a workbook where it can do no harm: in a process of its own, with little memory and little time.

`python -m bridge.workbook NAME` is that process: the file on standard input, JSON on standard output.
"""

import hashlib
import json
import resource
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from forms.flaws import Flaw
from forms.form import Form
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
_ELSEWHERE = Text(
    ja="ほかのXLSForm対応ソフトでは、このままでは使えません（{why}）。",
    en="Other XLSForm tools do not take this as it is ({why}).",
)
_FINE = Text(ja="回覧だけで使うなら、そのままで構いません。", en="Here it works; nothing needs to be done.")


class Unread(Exception):  # noqa: N818 - named for what is so
    """This workbook has not been read: do so outside of the transaction, and do the whole of that again."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__("a workbook must be read")
        self.content, self.name = content, name


class Readings:
    """What workbooks were found to hold, each until it is taken."""

    def __init__(self) -> None:
        self._found: dict[tuple[bytes, str], Read] = {}

    def take(self, content: bytes, *, name: str) -> Read:
        """Raises Unread for one that was not read before."""
        found = self._found.pop(_key(content, name), None)
        if found is None:
            raise Unread(content, name)
        return found

    def read(self, unread: Unread) -> None:
        """Read it; this takes its time."""
        found = read_safely(unread.content, name=unread.name)
        while len(self._found) >= MOST_READINGS:  # whoever brought it was no longer asked for it
            del self._found[next(iter(self._found))]
        self._found[_key(unread.content, unread.name)] = found


def _key(content: bytes, name: str) -> tuple[bytes, str]:
    return hashlib.sha256(content).digest(), name


def read_safely(raw: bytes, *, name: str = "") -> Read:
    """The form in a workbook, or what is wrong with it. RuntimeError is a bug of ours."""
    if len(raw) > LARGEST:
        return _refused(TOO_LARGE)
    command = [sys.executable, "-I", "-X", "utf8", "-m", "bridge.workbook", "--", name[:100]]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        return _refused(_TOO_MUCH)
    if done.returncode < 0 or done.returncode == _NO_MEMORY:
        return _refused(_TOO_MUCH)
    if done.returncode != 0:
        raise RuntimeError("the reader of workbooks has a bug")  # what it said may quote the file
    return _from_json(json.loads(done.stdout))


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
    raw = sys.stdin.buffer.read(LARGEST + 1)
    _limit()
    try:
        found = _found(raw)
    except MemoryError:
        sys.exit(_NO_MEMORY)
    sys.stdout.write(found)
    sys.stdout.flush()


def _found(raw: bytes) -> str:
    read = read_workbook(raw, name=sys.argv[-1])
    notices = [*read.notices, *_judged(read.form)] if read.form else read.notices
    found = {
        "whole": read.form is not None,
        "document": read.document if read.form else {},
        "flaws": _as_json(read.flaws),
        "notices": _as_json(notices),
    }
    return json.dumps(found, ensure_ascii=False)


def _limit() -> None:
    """From here on: little time and memory, no files, no other processes. Beyond it the process dies."""
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
