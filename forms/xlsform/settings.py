"""The settings sheet: title, name and what else holds for the form as a whole."""

import re
from typing import Any

from forms.form import Form
from forms.reading.words import clean, nfc, quote
from forms.text import Text
from forms.xlsform.headings import heading, known, language_of, normal
from forms.xlsform.own import decoded
from forms.xlsform.places import Findings, Spot
from forms.xlsform.sheets import Row, Sheet
from forms.xlsform.tables import Languages, Line, Table, table_of

_UNFIT = re.compile(
    "[^a-z0-9\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+"
)
_FINE = Text(ja="そのままで構いません。", en="Nothing needs to be done.")
_UNUSED = Text(ja="設定「{name}」は使いません。", en="The setting “{name}” is not used.")
_VERSION = Text(
    ja="版（version）は使いません。版の番号は、読み込むたびに自動で付きます。",
    en="version is not used: versions are counted whenever a form is loaded.",
)
_KNOWN = frozenset(known("settings"))
_OWN = frozenset(f"x_{name}" for name in (*Form.model_fields, "rooms")) - {"x_questions", "x_lists", "x_name"}
_PLAIN = ("form_title", "form_id", "default_language", "allow_choice_duplicates", "clean_text_values", "")
_PRIVACY = {"記名": "named", "担当者のみ": "confidential", "匿名": "anonymous"}
_RESULTS = {"すぐに": "live", "締切後": "at-close", "編集者のみ": "editors"}


def settings_table(sheet: Sheet, findings: Findings) -> Table:
    """Settings side by side under headings; or one below the other, as our template has them."""
    return table_of("settings", _turned(sheet), findings)


def _turned(sheet: Sheet) -> Sheet:
    rows = [row for row in sheet.rows if heading("settings", row.at(0)).name in _KNOWN]
    if len(rows) < 2 or any(heading("settings", words).name in _KNOWN for words in rows[0].cells[1:]):
        return sheet
    heads, values = tuple(row.at(0) for row in rows), tuple(row.at(1) for row in rows)
    return Sheet(sheet.name, (Row(rows[0].number, heads), Row(rows[0].number + 1, values)))


def default_language(line: Line | None) -> str:
    """ja, en, another by its name, or ""."""
    return language_of(line.words("default_language")) if line else ""


def read_settings(
    line: Line | None, findings: Findings, languages: Languages, *, name: str
) -> tuple[dict[str, Any], dict[str, Spot]]:
    """The fields of the form itself, and where each stands. `name` is what the file was called."""
    if line is None:
        form_name = fitting_name(name)
        return {"name": form_name, "title": name or form_name}, {}
    title = clean(line.words("form_title")) or clean(line.words("form_id")) or name or "form"
    document: dict[str, Any] = {"name": fitting_name(line.words("form_id") or title or name), "title": title}
    spots = {"name": line.spot("form_id"), "title": line.spot("form_title")}
    for one, words in line.extras():
        if one.name in _OWN:
            field = one.name.removeprefix("x_")
            spots[field] = line.spot(one.name)
            _add(document, field, words, languages.text(line.wordings(one.name)))
        elif one.name == "version":
            findings.aside(line.spot("version"), _VERSION, _FINE)
        elif normal(one.name) not in _PLAIN:
            findings.aside(line.spot(one.name), _UNUSED.fill(name=quote(one.written)), _FINE)
    if document.get("title") and "x_title" in {one.name for one, _ in line.extras()}:
        _title(document, title)
    return document, spots


def _title(document: dict[str, Any], plain: str) -> None:
    """Our own title counts as long as the plain one was not changed since."""
    own = document["title"]
    shown = own.get("ja") if isinstance(own, dict) else own
    if not isinstance(shown, str) or clean(shown) != plain:
        document["title"] = plain


def _add(document: dict[str, Any], field: str, words: str, text: Any) -> None:
    if field == "rooms":
        rooms = [room for room in re.split(r"[,、\s]+", words) if room]
        document["audience"] = {"rooms": rooms}
    elif field == "remind" and not words.startswith("["):
        document["remind"] = [part for part in re.split(r"[,、\s]+", words) if part]
    elif field == "privacy":
        document["privacy"] = _PRIVACY.get(words, words)
    elif field == "results":
        document["results"] = _RESULTS.get(words, words)
    elif field == "about":
        document["about"] = decoded(text) if isinstance(text, str) else text
    elif field == "urgent":
        document["urgent"] = {"はい": "true", "いいえ": "false"}.get(words, words)
    else:
        document[field] = decoded(words)


def fitting_name(words: str) -> str:
    """A name that a form can have, as near as possible to what was written."""
    if words and not _UNFIT.search(words.replace("-", "")) and not words.startswith("-") and len(words) <= 64:
        return nfc(words)
    return _UNFIT.sub("-", nfc(words).casefold().strip()).strip("-")[:64].strip("-") or "form"
