"""Where in a form's document something is, in words: 質問3「children」の low（12行目）."""

from collections.abc import Mapping

from forms.notation import Path
from forms.reading.words import quote
from forms.text import Text, same

WHOLE = Text(ja="全体", en="the form")


def inside_of(document: object, part: int | str) -> tuple[object] | None:
    if isinstance(document, dict) and part in document:
        return (document[part],)
    if isinstance(document, list) and isinstance(part, int) and part < len(document):
        return (document[part],)
    return None


def place_of(document: object, path: Path) -> Text:
    """質問3「children」の選択肢2の label, “label of option 2 of question 3 (children)”."""
    place: Text | None = None
    for n, part in enumerate(path):
        if part in _ITEMS and isinstance(path[n + 1] if n + 1 < len(path) else None, int):
            continue  # 「質問3」, not 「questions の3番目」
        step = same(quote(part)) if isinstance(part, str) else _item(document, path[: n + 1])
        of = _OF if isinstance(part, str) else _ITEM_OF
        place = of.fill(whole=place, part=step) if place else step
    return place or WHOLE


def _item(document: object, path: Path) -> Text:
    """One of a list: its number, and its id where it has one."""
    step = _ITEMS.get(path[-2] if len(path) > 1 else "", _ITEM).fill(n=int(path[-1]) + 1)
    id_ = question_at(document, path).get("id") if path[-2:-1] == ("questions",) else None
    if not isinstance(id_, str) or not id_:
        return step
    return Text(ja="{step}「{id}」", en="{step} ({id})").fill(step=step, id=quote(id_))


_OF = Text(ja="{whole}の {part}", en="{part} of {whole}")
_ITEM_OF = Text(ja="{whole}の{part}", en="{part} of {whole}")
_ITEM = Text(ja="{n}番目", en="item {n}")
_ITEMS: dict[int | str, Text] = {
    "questions": Text(ja="質問{n}", en="question {n}"),
    "options": Text(ja="選択肢{n}", en="option {n}"),
    "rooms": Text(ja="部屋{n}", en="room {n}"),
    "remind": Text(ja="催促{n}", en="reminder {n}"),
}


def question_at(document: object, path: Path) -> Mapping[str, object]:
    """The innermost question that `path` leads into; {} where there is no such thing."""
    found: Mapping[str, object] = {}
    for n, part in enumerate(path):
        inside = inside_of(document, part)
        document = inside[0] if inside else None
        if path[n - 1 : n] == ("questions",) and isinstance(document, dict):
            found = document
    return found
