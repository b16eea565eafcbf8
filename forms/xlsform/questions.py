"""From the rows of a survey to the questions of a form: each type becomes a kind, or it is said why not."""

from collections.abc import Iterable, Mapping
from typing import Any

from forms.flaws import KINDS, nearest
from forms.questions.option import MOST_INLINE
from forms.reading.words import clean, quote
from forms.text import Text
from forms.xlsform.fields import Rows
from forms.xlsform.filed import MEND, MOST_SHOWN, Filed, stem
from forms.xlsform.lists import Lists, table_as_list
from forms.xlsform.names import Names
from forms.xlsform.sheets import Sheet
from forms.xlsform.survey import Item
from forms.xlsform.types import SELECTS, SILENT, kind_for

_FINE = Text(ja="そのままで構いません。", en="Nothing needs to be done.")
_SILENT = Text(
    ja="アプリが自動で記録する項目（{type}）は記録しません。送信の日時は自動で残ります。",
    en="What an app records by itself ({type}) is not recorded; the time of sending is kept anyway.",
)
_NOT_YET = Text(
    ja="種類「{type}」の質問には、まだ対応していません。見出しだけを表示します。",
    en="Questions of the type “{type}” are not supported yet; only their words are shown.",
)
_INSTEAD = Text(
    ja="種類「{type}」は、「{kind}」の質問として読み込みました。",
    en="The type “{type}” is taken as a question of the kind “{kind}”.",
)
_INSTEAD_MEND = Text(
    ja="この聞き方でよいか確かめてください。", en="See whether it may be asked like this, or change the type."
)
_NO_LIST = Text(ja="選択肢のリスト「{list}」がありません。", en="There is no list of choices “{list}”.")
_WHICH_LIST = Text(ja="選択肢のリスト名がありません。", en="The name of the list of choices is missing.")
_WHICH_MEND = Text(
    ja="「select_one リスト名」（択一 リスト名）のように書いてください。", en="Write it like “select_one LIST”."
)
_NO_CHOICES = Text(
    ja="choices（選択肢）シートに、そのリストを書いてください。", en="Write that list in the sheet choices."
)
_NO_FILE = Text(
    ja="選択肢を入れた別のファイル（{files}）がありません。", en="The files with the choices are not here: {files}."
)
_NO_FILE_MEND = Text(
    ja="このブックに、ファイルと同じ名前（拡張子なし）のシートを足して、中身を貼り付けてください。",
    en="Add a sheet to this workbook for each, named like the file without its ending, and paste its rows there.",
)
_SEARCHED = Text(
    ja="{file}は{rows}件あるので、検索して選ぶ質問（lookup）にしました。",
    en="{file} has {rows} rows, so it is searched (lookup).",
)
_READ_ONLY = Text(
    ja="答えを変えられない質問は、聞かずに表示か計算だけをします。",
    en="A question that cannot be answered is only shown or calculated.",
)
_UNTITLED = Text(ja="質問文がないので、項目名を表示します。", en="There is no label: its name is shown instead.")
_UNTITLED_MEND = Text(ja="label（質問文）を書いてください。", en="Please write a label.")
_NO_SUM = Text(ja="計算の式がありません。", en="There is no calculation.")
_NO_SUM_MEND = Text(
    ja="calculation（計算）の列に、${price} * ${number} のような式を書いてください。",
    en="Write an expression such as ${price} * ${number} in the column calculation.",
)
_SILENT_VALUES = {"today": "today()", "start": "once(now())"}


class Questions:
    """Fills in the `document` of every item."""

    def __init__(
        self,
        rows: Rows,
        lists: Lists,
        names: Names,
        *,
        files: Mapping[str, Sheet],
        filed: Filed,
    ) -> None:
        self._rows, self._lists, self._names, self._files = rows, lists, names, files
        self._findings = rows.findings
        self._missing: dict[str, Item] = {}
        self._filed = filed
        self.shared: dict[str, list[dict[str, Any]]] = {}
        """The lists that the form keeps."""
        self._used: dict[str, int] = {}

    def read(self, items: Iterable[Item]) -> list[dict[str, Any]]:
        """The documents of the questions, nested."""
        top = list(items)
        for item in (one for first in top for one in first.walk()):
            if item.type.name in SELECTS and not item.type.from_file:
                self._used[item.type.list] = self._used.get(item.type.list, 0) + 1
        documents = self._documents(top)
        self._keep_unused()
        if self._missing:
            item = next(iter(self._missing.values()))
            what = _NO_FILE.fill(files=", ".join(quote(name) for name in list(self._missing)[:10]))
            mend = MEND.fill(name=quote(stem(next(iter(self._missing)))))
            self._findings.wrong(item.line.spot("type"), what, mend if len(self._missing) == 1 else _NO_FILE_MEND)
        return documents

    def _keep_unused(self) -> None:
        for name in self._lists.named:
            inline = self._lists.inline.get(name)
            if inline == "no" or (inline is None and name not in self._used):
                self._share(name)

    def _share(self, name: str) -> None:
        self.shared[name] = self._lists.documents(name)

    def _documents(self, items: Iterable[Item]) -> list[dict[str, Any]]:
        documents = []
        for item in items:
            item.document = self._one(item)
            if item.document:
                documents.append(item.document)
            if extra := self._in_other_words(item):
                documents.append(extra)
        return documents

    def _one(self, item: Item) -> dict[str, Any]:
        type_, line = item.type, item.line
        if type_.name in SILENT:
            return self._silent(item)
        own_kind = line.words("x_kind")
        kind, exact = (own_kind, True) if own_kind in KINDS else kind_for(type_.name)
        if own_kind and own_kind not in KINDS:
            what = Text(ja="種類「{kind}」はありません。", en="There is no kind “{kind}”.").fill(kind=quote(own_kind))
            self._findings.wrong(line.spot("x_kind"), what, nearest(own_kind, KINDS))
        if not own_kind and (shown := self._only_shown(item)):
            kind, exact = shown, True
        if kind is None:
            self._findings.aside(line.spot("type"), _NOT_YET.fill(type=quote(line.words("type"))), _FINE)
            kind = "note"
        elif not exact:
            said = _INSTEAD.fill(type=quote(line.words("type")), kind=kind)
            self._findings.aside(line.spot("type"), said, _INSTEAD_MEND)
        return self._of_kind(item, kind)

    def _only_shown(self, item: Item) -> str | None:
        """A question that is calculated or read only is none."""
        line, name = item.line, item.type.name
        if name in ("calculate", "note", "hidden", "begin group", "begin repeat"):
            return None
        read_only = line.words("read_only").replace(" ", "").casefold() in ("yes", "true", "true()", "1", "はい", "○")
        calculated = bool(line.words("calculation"))
        if not read_only and not calculated:
            return None
        self._findings.aside(line.spot("calculation" if calculated else "read_only"), _READ_ONLY, _FINE)
        return "calculated" if calculated else "note"

    def _of_kind(self, item: Item, kind: str) -> dict[str, Any]:
        document = self._rows.common(item, kind)
        fields = KINDS[kind].model_fields
        if "title" in fields and fields["title"].is_required() and "title" not in document:
            document["title"] = self._title(item)
        if any(f.alias == "options" and (f.is_required() or item.type.list) for f in fields.values()):
            self._choose(item, document)
        if kind == "calculated" and not document.get("calculate"):
            self._findings.wrong(item.line.spot("calculation"), _NO_SUM, _NO_SUM_MEND)
            document["calculate"] = "''"
        if item.type.name == "range" and "low" in fields:
            self._range(item, document)
        if kind in ("group", "repeat"):
            document["questions"] = self._documents(item.inside)
            if not document["questions"]:
                return {}
        if kind == "repeat" and "count" not in document and "x_least" not in _names(item):
            document.setdefault("least", 0)
        return {name: value for name, value in document.items() if value is not None}

    def _title(self, item: Item) -> Any:
        line = item.line
        words = self._rows.languages.text(line.wordings("hint"))
        if item.type.name not in ("begin repeat", "begin group", "note", "acknowledge", "trigger"):
            self._findings.aside(line.spot("label"), _UNTITLED, _UNTITLED_MEND)
        return words or clean(line.words("name")) or item.id

    def _choose(self, item: Item, document: dict[str, Any]) -> None:
        name, spot = item.type.list, item.line.spot("type")
        if item.type.from_file:
            self._from_file(item, document)
            return
        if not name and (written := item.line.words("options")):
            document["options"] = _written_options(written)
            return
        if not name:
            self._findings.wrong(spot, _WHICH_LIST, _WHICH_MEND)
        elif name not in self._lists.named:
            mend = nearest(name, list(self._lists.named)) if self._lists.named else _NO_CHOICES
            self._findings.wrong(spot, _NO_LIST.fill(list=quote(name)), mend)
        elif self._inline(name):
            document["options"] = self._lists.documents(name)
        else:
            self._share(name)
            document["options"] = name
        document.setdefault("options", ["?"])

    def _inline(self, name: str) -> bool:
        """A small list of one question alone stands in the question itself."""
        if name in self._lists.inline:
            return self._lists.inline[name] != "no"
        small = len(self._lists.named[name]) <= MOST_INLINE
        plain = not any("columns" in choice.document for choice in self._lists.named[name])
        return small and plain and self._used.get(name) == 1

    def _from_file(self, item: Item, document: dict[str, Any]) -> None:
        name = item.type.list
        key = name.rpartition(".")[0] or name
        sheet = self._files.get(key.casefold()) or self._files.get(name.casefold())
        columns = _parameters(item.line.words("parameters"))
        options = []
        if sheet is not None:
            value, label = columns.get("value", "name"), columns.get("label", "label")
            options = table_as_list(sheet, value=value, label=label)
        if options:
            self.shared[key] = options
            document["options"] = key
            return
        table = self._filed.table(item, columns)
        if table is None:
            self._missing.setdefault(name, item)
            document["options"] = ["?"]
            return
        document["options"] = self._filed.named(table, self.shared)
        if document["kind"] == "choice" and not item.line.words("x_kind") and table.rows > MOST_SHOWN:
            document["kind"] = "lookup"
            said = _SEARCHED.fill(file=quote(table.file), rows=f"{table.rows:,}")
            self._findings.aside(item.line.spot("type"), said, _FINE)

    def _range(self, item: Item, document: dict[str, Any]) -> None:
        """From 1 to 10 in ones, as ODK has it, where nothing else is said."""
        found = _parameters(item.line.words("parameters"))
        steps = {name: found.get(name, default) for name, default in (("start", "1"), ("end", "10"), ("step", "1"))}
        whole = all(value.lstrip("-").isdecimal() for value in steps.values())
        if whole and document["kind"] == "number":
            document["kind"] = "integer"
        document.setdefault("low", steps["start"])
        document.setdefault("high", steps["end"])

    def _silent(self, item: Item) -> dict[str, Any]:
        said = _SILENT.fill(type=item.type.name)
        self._findings.aside(item.line.spot("type"), said, _FINE)
        if item.line.words("name") not in self._names.mentioned:
            return {}
        if source := _SILENT_VALUES.get(item.type.name):
            return {"id": item.id, "kind": "calculated", "calculate": source}
        return {"id": item.id, "kind": "hidden", "value": ""}

    def _in_other_words(self, item: Item) -> dict[str, Any] | None:
        """or_other: a kind's own 「その他」 where it has one, else an option and the question what it is."""
        document = item.document
        if not item.type.or_other or not document or document["kind"] not in ("choice", "choices"):
            return None
        asked = f"{item.line.words('name')}_other"
        if "other" in KINDS[document["kind"]].model_fields and asked not in self._names.mentioned:
            document["other"] = True
            return None
        options = document["options"]
        named = self.shared.get(options, []) if isinstance(options, str) else options
        if not any(isinstance(one, dict) and one["name"] == "other" for one in named):
            document["options"] = [*named, {"name": "other", "label": {"ja": "その他", "en": "Other"}}]
        id_ = self._names.add(f"{item.id}_other", item.line)
        when = f"selected(${{{item.id}}}, 'other')"
        title = {"ja": "その他の内容", "en": "Specify other"}
        return {"id": id_, "kind": "text", "title": title, "when": when, "required": False}


def _names(item: Item) -> set[str]:
    return {heading.name for heading, _ in item.line.extras()}


def _written_options(written: str) -> list[str]:
    """Options in the row itself: 「賛成、反対」, or a line each."""
    for mark in ("\n", "；", ";", "／", "、", "|", "/", ","):
        if mark in written:
            return [part.strip() for part in written.split(mark) if part.strip()]
    return [written]


def _parameters(written: str) -> dict[str, str]:
    """start=1;end=10 or start=1 end=10 or with commas."""
    pairs = (part.partition("=") for part in written.replace(";", " ").replace(",", " ").replace(" =", "=").split())
    return {name.strip().casefold(): value.strip() for name, equals, value in pairs if equals}
