"""Take out of a form what belongs to one municipality alone, and say what was taken."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from forms.document import as_document
from forms.form import Form
from forms.mistake import Mistake
from forms.reading.words import quote
from forms.template.locks import fields_of
from forms.text import Text, same
from forms.writing.naming import name_of

_DIGIT = "0-9０-９"
_DASH = "\\-\u2010-\u2015\u2212\uff0d\u30fc"
_KANJI = "\u3005\u4e00-\u9fff"
_PREFECTURE = (
    r"(?:北海道|東京都|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|"
    "福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|"
    "長崎|熊本|大分|宮崎|鹿児島|沖縄)県)"
)
_POSTAL = f"〒\\s*[{_DIGIT}]{{3}}[{_DASH}]?[{_DIGIT}]{{4}}"
_TOWN = f"[{_KANJI}ぁ-んァ-ヶー]{{1,12}}"
_LOT = f"[{_DIGIT}一二三四五六七八九十]{{1,4}}"
_NUMBER = (
    f"(?:{_LOT}(?:丁目|番地)(?:[{_DIGIT}の番地号{_DASH}]{{0,16}})"
    f"|[{_DIGIT}]{{1,5}}(?:[{_DASH}][{_DIGIT}]{{1,5}}){{1,3}}号?)"
)
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
_PERSON = f"[{_KANJI}ぁ-んァ-ヶー]{{1,6}}"
_LABELLED = (
    f"(?<=担当|係長|課長|主任|主査|主事|氏名|局長|部長|室長)(?:者|名)?\\s*[:：は]\\s*{_PERSON}(?:[ 　]{_PERSON})?"
)
_ABROAD = f"[+＋][8８][1１][{_DASH} ]?"
_AREA = f"(?:[(（](?=[{_DIGIT}]{{2,5}}[)）]))?[0０][{_DIGIT}]{{1,4}}"
_GAP = f"[)）{_DASH} ]{{1,2}}"
LONGEST_SHOWN = 30

PATTERNS: Sequence[tuple[Text, str, re.Pattern[str]]] = (
    (
        Text(ja="リンク", en="link"),
        "（リンク）",
        re.compile(r"(?:https?|matrix|mailto|tel):[^\s「」（）()<>\"'、。]{3,500}", re.IGNORECASE),
    ),
    (
        Text(ja="リンク", en="link"),
        "（リンク）",
        re.compile(r"www\.[A-Za-z0-9.-]{3,250}(?:/[^\s「」（）()<>\"'、。]{0,250})?", re.IGNORECASE),
    ),
    (
        Text(ja="メールアドレス", en="e-mail"),
        "（メールアドレス）",
        re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~-]{1,64}[@＠]" + _HOST + r"\.[A-Za-z]{2,24}"),
    ),
    (
        Text(ja="利用者", en="user"),
        "（担当者）",
        re.compile(r"@[A-Za-z0-9._=/+-]{1,64}:" + _HOST + r"(?::[0-9]{1,5})?"),
    ),
    (
        Text(ja="部屋", en="room"),
        "（部屋）",
        re.compile(r"[#!][^\s:：#!「」（）、。\"']{1,100}:" + _HOST + r"(?::[0-9]{1,5})?"),
    ),
    (Text(ja="部屋", en="room"), "（部屋）", re.compile(r"![A-Za-z0-9_-]{40,64}")),
    (
        Text(ja="電話番号", en="telephone"),
        "（電話番号）",
        re.compile(
            f"(?<![{_DIGIT}{_DASH}])(?:{_ABROAD})?{_AREA}(?:{_GAP}[{_DIGIT}]{{1,4}}{_GAP}[{_DIGIT}]{{3,4}}|[{_DIGIT}]{{8,9}})"
            f"(?![{_DIGIT}])"
            f"|{_ABROAD}[{_DIGIT}]{{1,4}}(?:[{_DASH} ]?[{_DIGIT}]{{2,4}}){{2}}|内線[ 　:：]*[{_DIGIT}]{{1,6}}"
        ),
    ),
    (
        Text(ja="住所", en="address"),
        "（住所）",
        re.compile(
            f"{_POSTAL}(?:\\s*{_PREFECTURE}?(?:{_TOWN}[市区町村郡]){{0,2}}(?:{_TOWN})?{_NUMBER}?)?"
            f"|(?:{_PREFECTURE})(?:[{_KANJI}ぁ-んァ-ヶー]{{1,24}}){_NUMBER}?"
            f"|[{_KANJI}ぁ-んァ-ヶー]{{1,12}}[市区町村郡][{_KANJI}ぁ-んァ-ヶー]{{0,16}}{_NUMBER}"
            f"|[{_KANJI}]{{1,8}}{_LOT}(?:丁目|番地)[{_DIGIT}の番地号{_DASH}]{{0,16}}"
        ),
    ),
    (Text(ja="担当者名", en="name of a person"), "：（担当者）", re.compile(_LABELLED)),
)
"""What it is, what stands there instead, how it is known. The first that fits counts."""

OWN = Text(ja="自治体名", en="municipality's name")
OWN_PLACE = "（自治体名）"
AUDIENCE = Text(ja="配布先の部屋（{rooms}）", en="the rooms it went to ({rooms})")
CLOSES = Text(ja="締切の日時", en="its deadline")
NAME = Text(ja="フォームの名前：{before}→{after}", en="the form's name: {before} → {after}")
FOUND = Text(ja="{place}の{what}「{found}」→{instead}", en="{place}: {what} “{found}” → {instead}")
OF_FORM = Text(ja="フォームの{field}", en="the form, {field}")
OF_QUESTION = Text(ja="「{title}」の{field}", en="“{title}”, {field}")
BLANK = Text(ja="{place}の{which}", en="{place}: {which}")
FIELDS = {
    "title": Text(ja="題名", en="title"),
    "about": Text(ja="説明", en="introduction"),
    "lists": Text(ja="共通の選択肢", en="shared options"),
    "hint": Text(ja="ヒント", en="hint"),
    "options": Text(ja="選択肢", en="options"),
    "default": Text(ja="初めの値", en="default"),
    "when": Text(ja="条件", en="condition"),
    "constraint_message": Text(ja="エラーの文", en="message"),
    "required_message": Text(ja="エラーの文", en="message"),
}
DOES_NOT_FIT = Text(
    ja="自治体に固有の言葉を除くと、フォームが成り立ちません。"
    "「!form edit {name}」で次を一般的な言葉に直してから、もう一度お試しください。",
    en="Without what is your municipality's own the form does not hold together. "
    "Please put these in general words with “!form edit {name}”, then try again.",
)
_KEPT = frozenset({"id", "kind"})
"""What a program reads: letters of an id are no name of anybody."""


@dataclass(frozen=True, slots=True)
class Local:
    """What else is local: the names of our own municipality, its server, people who wrote the form."""

    names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sieve:
    """Cleans one text after another, and keeps what it took: (place, what, words, what stands there instead)."""

    local: Local
    taken: list[tuple[Text, Text, str, str]]

    def clean(self, words: str, place: Text) -> str:
        for what, instead, pattern in (*PATTERNS, *self._own()):
            words = pattern.sub(self._keep(place, what, instead), words)
        return words

    def _own(self) -> Iterator[tuple[Text, str, re.Pattern[str]]]:
        for names, what, instead in (
            (self.local.names, OWN, OWN_PLACE),
            (self.local.people, Text(ja="人の名前", en="name of a person"), "（担当者）"),
        ):
            known = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
            if known:
                yield what, instead, re.compile("|".join(map(_as_a_word, known)), re.IGNORECASE)

    def _keep(self, place: Text, what: Text, instead: str) -> Callable[[re.Match[str]], str]:
        def keep(found: re.Match[str]) -> str:
            self.taken.append((place, what, found[0], instead))
            return instead

        return keep


def _as_a_word(name: str) -> str:
    """A name in Latin letters is one only where no letter goes on."""
    return rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])" if name.isascii() else re.escape(name)


WITH_LISTS = Text(
    ja="「{name}」はCSVの一覧（{lists}）を使うため、ほかの自治体には渡せません。一覧はその自治体のものだからです。"
    "選択肢を質問に書くと渡せます。",
    en="“{name}” draws from lists in CSV files ({lists}), which belong to one municipality and do not travel. "
    "Write the options into the questions to share it.",
)


def strip(form: Form, local: Local) -> tuple[Form, tuple[Text, ...]]:
    """The form for others, and what was taken out, a sentence each. Raises Mistake where nothing sound is left."""
    if form.tables:
        raise Mistake(WITH_LISTS.fill(name=form.name, lists="、".join(form.tables)))
    document = as_document(form)
    said = tuple(_settings(document))
    sieve = _Sieve(local, [])
    cleaned = {field: _cleaned(value, sieve, _place(OF_FORM, field)) for field, value in document.items()
               if field not in ("name", "questions")}  # fmt: skip
    questions = [_question(one, sieve) for one in document["questions"]]
    name = _name(form.name, local)
    said += (NAME.fill(before=form.name, after=name),) if name != form.name else ()
    said += tuple(dict.fromkeys(_told(*one) for one in sieve.taken))
    try:
        return Form.model_validate({"name": name, **cleaned, "questions": questions}), said
    except ValidationError:
        raise Mistake(_lines(DOES_NOT_FIT.fill(name=form.name), said)) from None


def _settings(document: dict[str, Any]) -> Iterator[Text]:
    """Whom it was put to and until when: nothing of it stays."""
    audience = document.pop("audience", None)
    if audience:
        yield AUDIENCE.fill(rooms=same(", ".join(map(quote, audience.get("rooms", ())))))
    if document.pop("closes", None):
        yield CLOSES


def _place(pattern: Text, field: str, **more: object) -> Text:
    return pattern.fill(field=FIELDS.get(field, same(field)), **more)


def _question(question: dict[str, Any], sieve: _Sieve) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    called = _called(question)
    for field, value in question.items():
        if field in _KEPT:
            cleaned[field] = value
        elif field == "questions":
            cleaned[field] = [_question(one, sieve) for one in value]
        else:
            cleaned[field] = _cleaned(value, sieve, _place(OF_QUESTION, field, title=called))
    return cleaned


def _called(question: dict[str, Any]) -> Text:
    title = question.get("title", question["id"])
    words = title if isinstance(title, dict) else {"ja": title, "en": title}
    return Text(ja=quote(words["ja"]), en=quote(words["en"]))


def _cleaned(value: Any, sieve: _Sieve, place: Text) -> Any:
    """Every text at any depth, names and labels of options and what they are called elsewhere alike."""
    match value:
        case str():
            return sieve.clean(value, place)
        case list():
            return [_cleaned(one, sieve, place) for one in value]
        case dict():
            return {_key(key, sieve, place): _cleaned(one, sieve, place) for key, one in value.items()}
        case _:
            return value


def _key(key: str, sieve: _Sieve, place: Text) -> str:
    return sieve.clean(key, place) if not key.isascii() or any(mark in key for mark in "@:.") else key


def _name(name: str, local: Local) -> str:
    for own in sorted(map(name_of, local.names), key=len, reverse=True):
        if len(own) > 1:
            name = re.sub(_as_a_word(own), "", name)
    return name.strip("-") or "form"


def _told(place: Text, what: Text, found: str, instead: str) -> Text:
    shown = found if len(found) <= LONGEST_SHOWN else found[:LONGEST_SHOWN] + "…"
    return FOUND.fill(place=place, what=what, found=quote(shown), instead=instead)


def _lines(head: Text, rows: Sequence[Text]) -> Text:
    return Text(
        ja="\n".join([head.ja, *(f"・{r.ja}" for r in rows)]), en="\n".join([head.en, *(f"- {r.en}" for r in rows)])
    )


BLANKS = tuple(dict.fromkeys([instead.removeprefix("：") for _, instead, _ in PATTERNS] + [OWN_PLACE]))


def blanks(form: Form) -> tuple[Text, ...]:
    """Where something local was taken out, so that whoever adopts it puts their own there."""
    said = [(_place(OF_FORM, field), value) for field, value in as_document(form).items() if field != "questions"]
    for element in form.walk():
        title = getattr(element, "title", same(element.id))
        said += [
            (
                OF_QUESTION.fill(
                    title=Text(ja=quote(title.ja), en=quote(title.en)), field=FIELDS.get(field, same(field))
                ),
                value,
            )
            for field, value in fields_of(element).items()
        ]
    return tuple(
        BLANK.fill(place=place, which=blank) for place, value in said for blank in BLANKS if _holds(value, blank)
    )


def _holds(value: Any, blank: str) -> bool:
    match value:
        case str():
            return blank in value
        case list():
            return any(_holds(one, blank) for one in value)
        case dict():
            return any(_holds(one, blank) for one in value.values())
        case _:
            return False
