"""A workbook into a form: everything that is wrong with it, and everything in it that a form does not hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from forms.flaws import Flaw, emptied, explained
from forms.form import Form
from forms.lists.known import Known
from forms.mistake import Mistake
from forms.notation import Path, Tree
from forms.reading.words import quote
from forms.rules import LEADING, Incoherence, Piece, Rules
from forms.text import Text, same
from forms.xlsform.content import read_book
from forms.xlsform.fields import Rows
from forms.xlsform.filed import MEND, Filed
from forms.xlsform.headings import HELP_SHEETS, language_of, names_a_type, normal, sheet_named
from forms.xlsform.lists import Lists, read_lists, table_as_list
from forms.xlsform.names import Names, mentions
from forms.xlsform.own import OF_COLUMNS
from forms.xlsform.places import MOST_FLAWS, Findings, Spot
from forms.xlsform.questions import Questions
from forms.xlsform.settings import default_language, read_settings, settings_table
from forms.xlsform.sheets import Book, Sheet
from forms.xlsform.survey import Item, mentioned_in, read_survey
from forms.xlsform.tables import Languages, Line, Table, table_of

_FILE = Text(ja="ファイル", en="the file")
_NO_SURVEY = Text(
    ja="質問を書いたシート（survey、質問）がありません。", en="There is no sheet with the questions (survey)."
)
_NO_SURVEY_MEND = Text(
    ja="「!form template xlsx」で、記入用の Excel を受け取れます。", en="!form template xlsx gives you one to fill in."
)
_NO_ROWS = Text(ja="質問がありません。", en="There are no questions.")
_NO_ROWS_MEND = Text(ja="見出しの下に、1行に1問ずつ書いてください。", en="Write them below the headings, one to a row.")
_UNREAD = Text(ja="シート「{sheet}」は読みません。", en="The sheet “{sheet}” is not read.")
_OTHER_LANGUAGE = Text(
    ja="「{language}」の文は使いません（日本語と英語だけを表示します）。",
    en="The words in {language} are not used: only Japanese and English are shown.",
)
_FORMULAS = Text(
    ja="計算式のセルは、最後に保存されたときの値で読みました。", en="Cells with formulas are read as last saved."
)
_UNWORKED = Text(ja="計算式だけで、値が保存されていません。", en="This formula has no saved value.")
_UNWORKED_MEND = Text(
    ja="Excel で開いて保存し直すか、値を書いてください。", en="Save it again in Excel, or write the value itself."
)
_BEYOND = Text(
    ja="この行の上に、空の行が1,000行以上続いています。", en="More than 1,000 empty rows stand above this one."
)
_BEYOND_MEND = Text(ja="空の行を削除してください。", en="Delete the empty rows.")
_FINE = Text(ja="そのままで構いません。", en="Nothing needs to be done.")
_NO_TABLE = Text(
    ja="式が使う表「{table}」（{table}.csv）がありません。", en="The table “{table}” ({table}.csv) is not here."
)
_NOWHERE = Text(
    ja="文中の ${{{name}}} という項目はありません。", en="There is no question for ${{{name}}} in this text."
)
_NOWHERE_MEND = Text(ja="項目名を確かめてください。", en="See what the question is called.")


@dataclass(frozen=True, slots=True)
class Read:
    """`form` where nothing is wrong. `document`: what it was made from, fit for JSON. `notices`: what is not used."""

    form: Form | None
    document: Mapping[str, Any] = field(default_factory=dict)
    flaws: tuple[Flaw, ...] = ()
    notices: tuple[Flaw, ...] = ()


def read_workbook(raw: bytes, *, name: str = "", known: Known | None = None) -> Read:
    """`name` is what the file is called, without its ending: the form's name where the workbook has none.

    `known` are the lists in files that it may name.
    """
    try:
        book = read_book(raw)
    except Mistake as mistake:
        return Read(None, flaws=(Flaw(_FILE, mistake.text, same("")),))
    return _Reading(book, name=name, known=known or Known()).read()


class _Reading:
    def __init__(self, book: Book, *, name: str, known: Known) -> None:
        self._book, self._name = book, name
        self._findings = Findings()
        self._filed = Filed(known, self._findings)
        self._items: dict[Path, Item] = {}
        self._settings: dict[str, Spot] = {}

    def read(self) -> Read:
        sheets = self._named_sheets()
        survey = sheets.get("survey")
        if survey is None:
            return Read(None, flaws=(Flaw(_FILE, _NO_SURVEY, _NO_SURVEY_MEND),))
        table = table_of("survey", survey, self._findings)
        if not table.has("type"):
            what = Text(ja="見出し「type」（種類）の列がありません。", en="There is no column “type”.")
            self._findings.wrong(table.spot(table.head), what, _NO_SURVEY_MEND)
            return self._done({})
        document = self._document(table, sheets)
        self._check(document)
        if self._filed.tables:
            document["tables"] = self._filed.documents()
        self._name_unread(document.get("lists", {}))
        return self._done(document)

    def _done(self, document: dict[str, Any]) -> Read:
        form = None if self._findings.flaws else self._form(document)
        found = self._findings
        return Read(None if found.flaws else form, document, found.flaws, found.notices)

    # -- sheets

    def _named_sheets(self) -> dict[str, Sheet]:
        found: dict[str, Sheet] = {}
        for sheet in self._book.sheets:
            kind = sheet_named(sheet.name)
            if kind and kind not in found:
                found[kind] = sheet
        if "survey" not in found and len(self._book.sheets) <= 3:
            for sheet in self._book.sheets:
                if any(names_a_type(cell) for row in sheet.rows[:10] for cell in row.cells):
                    found["survey"] = sheet
                    break
        self._files = {
            normal(s.name).removesuffix(".csv"): s for s in self._book.sheets if s not in found.values() and s.rows
        }
        for sheet in found.values():
            self._look_over(sheet)
        for text in self._book.asides:
            self._findings.aside(Spot(""), text, _FINE)
        return found

    def _look_over(self, sheet: Sheet) -> None:
        if sheet.formulas:
            self._findings.aside(Spot(sheet.name), _FORMULAS, _FINE)
        for row, column in sheet.unworked:
            self._findings.wrong(Spot(sheet.name, row, column), _UNWORKED, _UNWORKED_MEND)
        if sheet.beyond is not None:
            self._findings.wrong(Spot(sheet.name, sheet.beyond), _BEYOND, _BEYOND_MEND)

    # -- the document

    def _document(self, table: Table, sheets: Mapping[str, Sheet]) -> dict[str, Any]:
        findings = self._findings
        settings = settings_table(sheets["settings"], findings) if "settings" in sheets else None
        line = next(settings.lines(), None) if settings else None
        choices = table_of("choices", sheets["choices"], findings) if "choices" in sheets else None
        languages = Languages(default_language(line), _languages(table, choices))
        self._name_languages(languages, table, choices)
        twice = line is not None and line.words("allow_choice_duplicates").casefold() in ("yes", "true", "はい")
        lists = read_lists(choices, languages, findings, twice=twice) if choices else Lists()
        names = Names(findings, mentioned_in(table))
        items = read_survey(table, names, findings)
        document, self._settings = read_settings(line, findings, languages, name=self._name)
        if "tables" in document:
            self._filed.pin(document.pop("tables"), self._settings.get("tables", Spot("settings")))
        rows = Rows(languages, names.ids, findings)
        questions = Questions(rows, lists, names, files=self._files, filed=self._filed)
        document["questions"] = questions.read(items)
        if questions.shared:
            document["lists"] = questions.shared
        self._trace(items, document["questions"])
        if not document["questions"] and not findings.flaws:
            findings.wrong(table.spot(table.head), _NO_ROWS, _NO_ROWS_MEND)
        return document

    def _name_unread(self, used: Mapping[str, object]) -> None:
        for name, sheet in self._files.items():
            if name not in used and name not in HELP_SHEETS and not name.startswith("_"):
                self._findings.aside(Spot(sheet.name), _UNREAD.fill(sheet=quote(sheet.name)), _FINE)

    def _name_languages(self, languages: Languages, *tables: Table | None) -> None:
        shown = {"ja", "en"} & set(languages.seen)
        for table in tables:
            for n, one in table.columns.items() if table else ():
                if table and shown and one.language not in ("", "ja", "en", languages.default):
                    spot = Spot(table.sheet.name, table.head, n, one.written)
                    self._findings.aside(spot, _OTHER_LANGUAGE.fill(language=quote(one.language)), _FINE)

    def _trace(self, items: list[Item], documents: list[dict[str, Any]], path: Path = ("questions",)) -> None:
        """Which way in the document leads to which row."""
        by_document = {id(item.document): item for item in items}
        before = None
        for n, document in enumerate(documents):
            item = by_document.get(id(document), before)
            if item is None:
                continue
            before = self._items[(*path, n)] = item
            if "questions" in document:
                self._trace(item.inside, document["questions"], (*path, n, "questions"))

    # -- what is wrong

    def _check(self, document: dict[str, Any]) -> None:
        pieces = tuple(_pieces(document["questions"], ("questions",)))
        rules = Rules(pieces)
        for broken in rules.faults[:MOST_FLAWS]:
            self._blame(broken)
        self._check_tables(document, rules, pieces)
        known = {piece.id for piece in pieces}
        for item in self._items.values():
            self._check_texts(item, known)

    def _blame(self, broken: Incoherence) -> None:
        if broken.field != "id":  # said where the names were read
            self._findings.wrong(self._spot((*broken.path, broken.field)), broken.what, broken.mend)

    def _check_tables(self, document: dict[str, Any], rules: Rules, pieces: Iterable[Piece]) -> None:
        """The tables of pulldata() and instance() are lists of the form, or sheets that stand for files."""
        for piece in pieces:
            for name, expression in rules.of[piece.id].items():
                for table in (
                    expression.instances - {piece.rows} - document.get("lists", {}).keys() - self._filed.tables.keys()
                ):
                    self._add_table(document, table, self._spot((*piece.path, name)))

    def _add_table(self, document: dict[str, Any], name: str, spot: Spot) -> None:
        sheet = self._files.get(normal(name))
        if sheet is not None and (rows := table_as_list(sheet)):
            document.setdefault("lists", {})[name] = rows
        elif not self._filed.find(name):
            self._findings.wrong(spot, _NO_TABLE.fill(table=quote(name)), MEND.fill(name=quote(name)))

    def _check_texts(self, item: Item, known: set[str]) -> None:
        for name in ("title", "hint", "required_message", "constraint_message"):
            text = item.document.get(name)
            for words in text.values() if isinstance(text, dict) else (text,):
                for mention in mentions(words) - known if isinstance(words, str) else ():
                    spot = item.line.spot(OF_COLUMNS[name])
                    self._findings.wrong(spot, _NOWHERE.fill(name=quote(mention)), _NOWHERE_MEND)

    def _form(self, document: dict[str, Any]) -> Form | None:
        try:
            return Form.model_validate(document)
        except ValidationError as error:
            tree = Tree(document)
            for one in error.errors(include_url=False, include_input=False)[:200]:
                if not emptied(one, tree):
                    path, what, mend = explained(one, tree)
                    self._findings.wrong(self._spot(path), what, mend)
            return None

    def _spot(self, path: Path) -> Spot:
        """Where in the workbook the place of the document came from."""
        for n in range(len(path), 0, -1):
            if (item := self._items.get(path[:n])) is not None:
                field_ = str(path[n]) if len(path) > n else ""
                return _column_spot(item.line, field_)
        return self._settings.get(str(path[0]) if path else "", Spot(self._book.sheets[0].name))


def _column_spot(line: Line, field_: str) -> Spot:
    own = f"x_{field_}"
    if line.table.has(own) and line.words(own):
        return line.spot(own)
    return line.spot(OF_COLUMNS.get(field_) or ("parameters" if field_ in ("low", "high") else "name"))


def _languages(*tables: Table | None) -> list[str]:
    found: dict[str, None] = {}
    for table in tables:
        for one in table.columns.values() if table else ():
            if one.language:
                found[language_of(one.language)] = None
    return list(found)


def _pieces(
    documents: list[dict[str, Any]], path: Path, holder: str | None = None, *, repeats: tuple[str, ...] = ()
) -> Iterator[Piece]:
    for n, one in enumerate(documents):
        rows = options if isinstance(options := one.get("options"), str) else one["id"]
        yield Piece((*path, n), one["id"], tuple(_sources(one)), holder, repeats, rows)
        inside = (*repeats, one["id"]) if one["kind"] == "repeat" else repeats
        yield from _pieces(one.get("questions", []), (*path, n, "questions"), one["id"], repeats=inside)


def _sources(question: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in (*sorted(LEADING), "constraint", "required"):
        if isinstance(source := question.get(name), str) and source:
            yield name, source
    default = question.get("default")
    if isinstance(default, str) and default.startswith("="):
        yield "default", default[1:]
