"""`kairan form …`: form files checked, and changed from one notation into another."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.errors import Misconfigured, Mistake
from bridge.workbook import list_safely, read_safely
from forms.document import as_document, read_form, write_form
from forms.flaws import Flaw
from forms.form import ROLLS, Form
from forms.lists.known import Known
from forms.lists.reading import LARGEST, TOO_LARGE
from forms.lists.roll import Roll
from forms.lists.table import Filed
from forms.text import Text, same
from forms.xlsform.content import decoded, kind_of
from forms.xlsform.reading import Read
from forms.xlsform.writing import write_xlsx

WRITERS: Mapping[str, Callable[[Form], bytes]] = {
    ".yaml": lambda form: write_form(form).encode(),
    ".yml": lambda form: write_form(form).encode(),
    ".json": lambda form: f"{json.dumps(as_document(form), ensure_ascii=False, indent=2)}\n".encode(),
    ".xlsx": write_xlsx,
}


def add_commands(commands: Any) -> None:
    """`check` and `convert`, into argparse's subcommands."""
    checked = commands.add_parser("check", help="まちがいを見つける / find mistakes in a form's file")
    checked.add_argument("file", type=Path, help="YAML / JSON / xlsx / xls / CSV / Markdown")
    checked.set_defaults(command=_check)
    converted = commands.add_parser("convert", help="別の形式にする / write it as yaml, json or xlsx")
    converted.add_argument("file", type=Path, metavar="IN", help="YAML / JSON / xlsx / xls / CSV / Markdown")
    converted.add_argument("out", type=Path, metavar="OUT", help="*.yaml / *.json / *.xlsx")
    converted.set_defaults(command=_convert)


def _check(arguments: argparse.Namespace) -> int:
    return 0 if read(arguments.file, ok=True) is not None else 1


def _convert(arguments: argparse.Namespace) -> int:
    write = WRITERS.get(arguments.out.suffix.casefold())
    if write is None:
        raise Misconfigured(f"{arguments.out}: .yaml、.json、.xlsx のどれかにしてください / one of .yaml, .json, .xlsx")
    form = read(arguments.file)
    if form is None:
        return 1
    try:
        arguments.out.write_bytes(write(form))
    except OSError as error:
        raise Misconfigured(f"{arguments.out}: 書けません / cannot be written: {error.strerror}") from None
    return 0


def read(path: Path, *, ok: bool = False) -> Form | None:
    """The form, or None after a line for each mistake: place, what, how to mend. Notices go to standard error."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{path}: 読めません / cannot be read: {error.strerror}") from None
    beside = Beside(path.parent)
    found = _read(raw, path.stem, beside.known)
    if beside.fetch():
        found = _read(raw, path.stem, beside.known)
    found = replace(found, flaws=(*beside.flaws, *found.flaws), form=None if beside.flaws else beside.bound(found.form))
    for notice in found.notices:
        print(_line(path, notice), file=sys.stderr)
    for flaw in found.flaws:
        print(_line(path, flaw))
    if found.form is not None and ok:
        count = len(found.form.asked)
        print(f"{path}: 問題ありません（{count}問）/ fine, {count} questions")
    return found.form


class Beside:
    """The lists in CSV files beside a form's file (forms.lists.roll.Rolls): those alone that the form asks for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._filed: dict[str, Filed] = {}
        self._rolls: dict[str, Roll] = {}
        self.known, self.flaws = Known(), list[Flaw]()

    def fetch(self) -> bool:
        """Read those that were missed; whether there is anything new to know."""
        for name in self.known.missing:
            path = self._folder / f"{name.removesuffix('.csv')}.csv"
            if path.name == path.relative_to(self._folder).as_posix() and path.is_file():
                self._take(path)
        self.known = Known(self._filed)
        return bool(self._filed)

    def _take(self, path: Path) -> None:
        large = path.stat().st_size > LARGEST
        listed = TOO_LARGE if large else list_safely(path.read_bytes(), name=path.name)
        if isinstance(listed, Text):
            self.flaws.append(Flaw(same(path.name), listed, same("")))
            return
        self._filed[path.stem] = listed.filed
        self._rolls[listed.filed.sha256] = Roll(listed.content, value=listed.filed.value)

    def roll(self, sha256: str) -> Roll | None:
        return self._rolls.get(sha256)

    def bound(self, form: Form | None) -> Form | None:
        """The form, which finds the rows of its lists."""
        if form is None or not form.tables:
            return form
        return Form.model_validate(as_document(form), context={ROLLS: self})


def _read(raw: bytes, name: str, known: Known) -> Read:
    """By its content, whatever the file is called."""
    try:
        if kind_of(raw) != "document":
            return read_safely(raw, name=name, known=known)
        form = read_form(decoded(raw), known)
    except Mistake as mistake:
        return Read(None, flaws=(Flaw(same(name), mistake.text, same("")),))
    return Read(form) if isinstance(form, Form) else Read(None, flaws=form)


def _line(path: Path, flaw: Flaw) -> str:
    ja, en = (f"{flaw.place[lang]}: {flaw.what[lang]} {flaw.mend[lang]}".rstrip() for lang in ("ja", "en"))
    return f"{path}: {ja} / {en}"
