"""What is wrong in a form's document: where, what, and how to mend it, in words for the person who wrote it."""

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from forms.flaw_place import WHOLE, inside_of, place_of, question_at
from forms.form import Audience, Form
from forms.notation import Path, Tree
from forms.questions import Element
from forms.questions.option import Option
from forms.reading.words import quote
from forms.text import Text


@dataclass(frozen=True, slots=True)
class Flaw:
    """`place` is in words: 質問3「children」の low（12行目）. `line` counts from 1, if known."""

    place: Text
    what: Text
    mend: Text
    line: int | None = None


def _kind(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["kind"].annotation)[0])


KINDS: dict[str, type[BaseModel]] = {_kind(model): model for model in get_args(get_args(Element)[0])}
"""The name of each kind in a document → its class."""


def flaw_at(tree: Tree, path: Path, what: Text, mend: Text) -> Flaw:
    """A flaw at `path` of the document, or at the nearest place above it whose line is known."""
    line = next((tree.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in tree.lines), None)
    where = place_of(tree.value, path)
    if line:
        where = Text(ja="{where}（{line}行目）", en="{where} (line {line})").fill(where=where, line=line)
    return Flaw(where, what, mend, line)


def flaw_on(line: int | None, what: Text, mend: Text) -> Flaw:
    """A flaw of the document as a whole, or of a line of it."""
    return Flaw(Text(ja="{line}行目", en="line {line}").fill(line=line) if line else WHOLE, what, mend, line)


def translated(error: ErrorDetails, tree: Tree) -> Flaw:
    """An error of pydantic's as a flaw."""
    return flaw_at(tree, *explained(error, tree))


def explained(error: ErrorDetails, tree: Tree) -> tuple[Path, Text, Text]:
    """An error of pydantic's: the way to where it is, what is wrong there, and how to mend it."""
    path, field = _located(error, tree.value)
    return path, *_said(error, path, field, tree)


def emptied(error: ErrorDetails, tree: Tree) -> bool:
    """Whether a list is said to be too short only because nothing in it is right."""
    return error["type"] == "too_short" and bool(tree.at(_located(error, tree.value)[0]))


def _located(error: ErrorDetails, document: object) -> tuple[Path, str]:
    """The way into the document, without the steps that only pydantic knows; and the field that it is about."""
    loc = list(error["loc"])
    loc = [part for n, part in enumerate(loc) if not (part in KINDS and loc[n - 2 : n - 1] == ["questions"])]
    if field := error.get("ctx", {}).get("field"):
        loc.append(field)
    if error["type"] == "union_tag_invalid":
        loc.append("kind")
    path: Path = ()
    for part in loc:
        inside = inside_of(document, part)
        if inside is None:
            continue
        path, document = (*path, part), inside[0]
    return path, str(loc[-1]) if loc else ""


def _said(error: ErrorDetails, path: Path, field: str, tree: Tree) -> tuple[Text, Text]:
    known = _SAYINGS.get(error["type"])
    if known is None:
        return _WRONG.fill(field=quote(field)), _SEE_EXAMPLE
    return known(error.get("ctx", {}), path, field, tree)


Saying = Callable[[Mapping[str, Any], Path, str, Tree], tuple[Text, Text]]

_WRONG = Text(ja="「{field}」の書き方が正しくありません。", en="“{field}” is not written right.")
_SEE_EXAMPLE = Text(ja="見本のフォームを参考に直してください。", en="Compare it with the example form.")
_NEAR = Text(ja="もしかして「{near}」ですか。", en="Did you mean “{near}”?")
_SPACED = Text(ja="「{field}」の前か後ろに全角の空白があります。", en="There is a wide space beside “{field}”.")
_ONE_OF = Text(ja="使えるのは {known} です。", en="What is possible: {known}.")


def nearest(word: str, known: Collection[str]) -> Text:
    """The known word that was probably meant, else all there are."""
    near = difflib.get_close_matches(word[:64].lower(), list(known), n=1, cutoff=0.6)
    return _NEAR.fill(near=near[0]) if near else _all_of(known)


def _all_of(known: Collection[str]) -> Text:
    return _ONE_OF.fill(known=", ".join(list(known)[:20]))


def _unknown_field(_ctx: Mapping[str, Any], path: Path, field: str, tree: Tree) -> tuple[Text, Text]:
    known = _fields(tree.value, path)
    if field.strip() in known:
        return _SPACED.fill(field=field.strip()), Text(ja="その空白を消してください。", en="Please delete it.")
    what = Text(ja="「{field}」という項目はありません。", en="There is no field “{field}”.").fill(field=quote(field))
    return what, nearest(field, known)


def _fields(document: object, path: Path) -> list[str]:
    """What may stand where the unknown field at `path` stands."""
    if len(path) == 1:
        return _aliases(Form)
    if path[0] == "audience":
        return _aliases(Audience)
    if "options" in path:
        return _aliases(Option)
    kind = question_at(document, path).get("kind")
    return _aliases(KINDS[kind]) if isinstance(kind, str) and kind in KINDS else []


def _aliases(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _missing(_ctx: Mapping[str, Any], _path: Path, field: str, _tree: Tree) -> tuple[Text, Text]:
    what = Text(ja="「{field}」がありません。", en="“{field}” is missing.").fill(field=quote(field))
    return what, Text(ja="「{field}: …」を書き足してください。", en="Add “{field}: …”.").fill(field=quote(field))


def _unknown_kind(ctx: Mapping[str, Any], _path: Path, _field: str, _tree: Tree) -> tuple[Text, Text]:
    tag = str(ctx.get("tag", ""))
    what = Text(ja="種類「{kind}」はありません。", en="There is no kind “{kind}”.").fill(kind=quote(tag))
    return what, nearest(tag, KINDS)


def _own(ctx: Mapping[str, Any], _path: Path, _field: str, _tree: Tree) -> tuple[Text, Text]:
    return ctx["what"], ctx["mend"]


def _literal(ctx: Mapping[str, Any], path: Path, field: str, tree: Tree) -> tuple[Text, Text]:
    known = [word for word in str(ctx["expected"]).replace(" or ", ", ").replace("'", "").split(", ") if word]
    written = tree.at(path)
    word = written if isinstance(written, str) else ""
    what = Text(
        ja="「{field}」に「{word}」とは書けません。書けるのは {known} です。",
        en="“{field}” cannot be “{word}”; it is one of {known}.",
    )
    return what.fill(field=quote(field), word=quote(word), known=", ".join(known)), nearest(word, known)


def _limit(ja: str, en: str) -> Saying:
    def say(ctx: Mapping[str, Any], _path: Path, _field: str, _tree: Tree) -> tuple[Text, Text]:
        limit = next((ctx[name] for name in ("max_length", "min_length", "le", "ge") if name in ctx), "")
        return Text(ja=ja, en=en).fill(limit=limit), Text(ja="範囲に収めてください。", en="Keep within that.")

    return say


def _expected(ja: str, en: str, mend: Text) -> Saying:
    return lambda _ctx, _path, _field, _tree: (Text(ja=ja, en=en), mend)


_NUMBER = _expected(
    "ここには数を書きます。", "A number belongs here.", Text(ja="半角の数字で書いてください。", en="Write digits only.")
)
_LIST = _expected(
    "ここには一覧を書きます。",
    "A list belongs here.",
    Text(ja="[ ] で囲むか、行ごとに「- 」で始めてください。", en="Use [ ] or begin each line with “- ”."),
)
_FIELDS = _expected(
    "ここには「項目: 値」の組を書きます。",
    "Fields (“name: value”) belong here.",
    Text(ja="「項目: 値」の形で書いてください。", en="Write it as “name: value”."),
)
_WORDS = _expected(
    "空か、長すぎるか、文字ではありません。",
    "This is empty, too long or no text.",
    Text(ja="4000文字以内の文字で書いてください。", en="Write words, 4000 characters at most."),
)
_ID = (
    Text(ja="id に使えない文字があります。", en="There are characters that an id cannot have."),
    Text(
        ja="半角の英字で始め、英数字・_・- だけにしてください。",
        en="Begin with a letter a–z; use letters, digits, _ and - only.",
    ),
)
_ROOM = (
    Text(ja="部屋の名前ではありません。", en="This is not the name of a room."),
    Text(ja="「#部屋:サーバー名」の形にしてください。", en="Write it like #room:server.example."),
)
_DATE = _expected(
    "日付として読めません。",
    "This is not a date.",
    Text(ja="2026-04-01 のように書いてください。", en="Write it like 2026-04-01."),
)
_SAYINGS: dict[str, Saying] = {
    "flaw": _own,
    "missing": _missing,
    "extra_forbidden": _unknown_field,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": lambda _c, _p, _f, _t: (
        Text(ja="「kind」（種類）がありません。", en="“kind” is missing."),
        _all_of(KINDS),
    ),
    "literal_error": _literal,
    "value_error": _WORDS,
    "string_type": _WORDS,
    "string_too_short": _limit("{limit}文字以上必要です。", "It needs {limit} characters or more."),
    "string_too_long": _limit("{limit}文字までです。", "At most {limit} characters are possible."),
    "string_pattern_mismatch": lambda _c, path, _f, _t: _ROOM if "rooms" in path else _ID,
    "too_short": _limit("{limit}つ以上必要です。", "There must be {limit} or more."),
    "too_long": _limit("多すぎます。{limit}までです。", "There are too many: {limit} at most."),
    "greater_than_equal": _limit("{limit}以上の数にしてください。", "It must be {limit} or more."),
    "less_than_equal": _limit("{limit}以下の数にしてください。", "It must be {limit} or less."),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        _DATE,
    ),
    **dict.fromkeys(("tuple_type", "list_type"), _LIST),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "dataclass_type"), _FIELDS),
    **dict.fromkeys(
        (
            "int_type",
            "int_parsing",
            "int_parsing_size",
            "int_from_float",
            "float_type",
            "float_parsing",
            "finite_number",
        ),
        _NUMBER,
    ),
    **dict.fromkeys(
        ("bool_type", "bool_parsing"),
        _expected(
            "true でも false でもありません。",
            "This is neither true nor false.",
            Text(ja="true か false にしてください。", en="Write true or false."),
        ),
    ),
}
