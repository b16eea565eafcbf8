"""Three-way merge of forms, part by part: what only one side changed is taken, what both changed is asked."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from pydantic import ValidationError

from forms.document import as_document, read_form
from forms.flaws import Flaw
from forms.form import Form
from forms.mistake import Mistake
from forms.template.locks import title_of
from forms.text import Text
from forms.writing.difference import differences, question_changes

Side = Literal["mine", "theirs"]
LOCAL = frozenset({"name", "audience", "closes"})
"""Settings of a form that are never taken from a template."""
WHOLE = "form."
"""How the key of a conflict about a setting of the form begins; the others are ids of questions."""
DOES_NOT_FIT = Text(
    ja="両方の変更を合わせると、フォームが成り立ちません（{what}）。"
    "「!form edit {name}」で直してから、もう一度お試しください。",
    en="The changes of both sides do not fit together ({what}). "
    "Please mend it with “!form edit {name}”, then try again.",
)
SETTING = {
    "title": Text(ja="フォームの題名", en="the form's title"),
    "about": Text(ja="フォームの説明", en="the introduction"),
    "lists": Text(ja="共通の選択肢", en="shared options"),
}
OTHER_SETTING = Text(ja="フォームの設定「{name}」", en="the form's setting “{name}”")
REMOVED = Text(ja="削除", en="removed")
CHANGED = Text(ja="変更", en="changed")

Fields = dict[str, Any]
_ABSENT: Fields = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Something that both sides changed, differently. `mine`, `theirs`: in words what each did."""

    key: str
    what: Text
    mine: tuple[Text, ...]
    theirs: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """`open_`: conflicts that nobody has decided; until then `form` has our side of them."""

    form: Form
    conflicts: tuple[Conflict, ...]
    open_: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    fields: Fields
    inside: str | None


_Parts = dict[str, _Part]


def merge(base: Form, mine: Form, theirs: Form, *, choices: Mapping[str, Side] | None = None) -> Merged:
    """`mine` with what `theirs` changed since `base`. Raises Mistake where the result is no form."""
    decided = choices or {}
    settings = (_settings(base), _settings(mine), _settings(theirs))
    sides = (_parts_of(base), _parts_of(mine), _parts_of(theirs))
    keys = [*_conflicting_settings(*settings), *_conflicting_parts(*sides)]
    conflicts = tuple(_conflict(key, base, mine, theirs) for key in keys)
    document = {**_merged_settings(*settings, decided), "questions": _merged_parts(*sides, decided)}
    merged = {**{name: value for name, value in as_document(mine).items() if name in LOCAL}, **document}
    return Merged(
        form=_form(merged, mine.name),
        conflicts=conflicts,
        open_=tuple(c for c in conflicts if c.key not in decided),
    )


def _settings(form: Form) -> Fields:
    return {name: value for name, value in as_document(form).items() if name not in LOCAL and name != "questions"}


def _parts_of(form: Form) -> _Parts:
    return dict(_parts(as_document(form)["questions"], None))


def _parts(questions: Iterable[Fields], inside: str | None) -> Iterator[tuple[str, _Part]]:
    for one in questions:
        yield one["id"], _Part({k: v for k, v in one.items() if k != "questions"}, inside)
        yield from _parts(one.get("questions", ()), one["id"])


def _conflicting_settings(base: Fields, mine: Fields, theirs: Fields) -> Iterator[str]:
    for name in Form.model_fields:
        b, m, t = base.get(name), mine.get(name), theirs.get(name)
        if b not in (m, t) and m != t:
            yield f"{WHOLE}{name}"


def _conflicting_parts(base: _Parts, mine: _Parts, theirs: _Parts) -> Iterator[str]:
    for id_ in {**base, **mine, **theirs}:
        b, m, t = (_fields(side, id_) for side in (base, mine, theirs))
        if b not in (m, t) and m != t and _blended(b, m, t) is None:
            yield id_


def _fields(side: _Parts, id_: str) -> Fields:
    return side[id_].fields if id_ in side else _ABSENT


def _blended(base: Fields, mine: Fields, theirs: Fields) -> Fields | None:
    """Both changes in one question, where they touch different fields of it; None where they do not go together."""
    if not (base and mine and theirs) or len({one["kind"] for one in (base, mine, theirs)}) > 1:
        return None
    names = {**mine, **theirs, **base}
    if any(base.get(n) not in (mine.get(n), theirs.get(n)) and mine.get(n) != theirs.get(n) for n in names):
        return None
    taken = {n: theirs.get(n) if mine.get(n) == base.get(n) else mine.get(n) for n in {**mine, **theirs}}
    return {name: value for name, value in taken.items() if value is not None}


def _one(base: Any, mine: Any, theirs: Any, side: Side | None) -> Any:
    if mine == base or side == "theirs":
        return theirs
    return mine


def _merged_settings(base: Fields, mine: Fields, theirs: Fields, choices: Mapping[str, Side]) -> Fields:
    found = {
        name: _one(base.get(name), mine.get(name), theirs.get(name), choices.get(f"{WHOLE}{name}"))
        for name in Form.model_fields
        if name not in LOCAL and name != "questions"
    }
    return {name: value for name, value in found.items() if value is not None}


def _merged_parts(base: _Parts, mine: _Parts, theirs: _Parts, choices: Mapping[str, Side]) -> list[Fields]:
    kept: _Parts = {}
    for id_ in _order(list(base), list(mine), list(theirs)):
        b, m, t = (_fields(side, id_) for side in (base, mine, theirs))
        both = b not in (m, t) and m != t
        fields = (_blended(b, m, t) if both else None) or _one(b, m, t, choices.get(id_))
        if fields:
            inside = _one(_inside(base, id_), _inside(mine, id_), _inside(theirs, id_), None)
            kept[id_] = _Part(fields, inside if id_ in mine and id_ in theirs else _own(mine, theirs, id_))
    return _tree(kept)


def _inside(side: _Parts, id_: str) -> str | None:
    return side[id_].inside if id_ in side else None


def _own(mine: _Parts, theirs: _Parts, id_: str) -> str | None:
    return (mine if id_ in mine else theirs)[id_].inside


def _order(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Our order; where we changed nothing about it, theirs. What only one side has follows what it followed there."""
    common = set(base) & set(mine)
    untouched = [i for i in base if i in common] == [i for i in mine if i in common]
    first, second = (theirs, mine) if untouched else (mine, theirs)
    order = list(first)
    for before, id_ in pairwise([None, *second]):
        if id_ is not None and id_ not in order:
            order.insert(order.index(before) + 1 if before in order else 0, id_)
    return order


def _tree(parts: _Parts) -> list[Fields]:
    """Nested again; what stood in a group that is gone stands where the group stood."""
    inside: dict[str | None, list[str]] = {}
    for id_, part in parts.items():
        inside.setdefault(_holder(parts, id_, part), []).append(id_)
    return _nested(parts, inside, None)


def _nested(parts: _Parts, inside: Mapping[str | None, Sequence[str]], holder: str | None) -> list[Fields]:
    found = []
    for id_ in inside.get(holder, ()):
        within = _nested(parts, inside, id_)
        holds = parts[id_].fields["kind"] in ("group", "repeat")
        if within or not holds:
            found.append({**parts[id_].fields, **({"questions": within} if within else {})})
    return found


def _holder(parts: _Parts, id_: str, part: _Part) -> str | None:
    """The group that it stands in; None at the top, and where both sides put one into the other."""
    holder, seen = part.inside, {id_}
    while holder is not None and holder in parts and holder not in seen:
        seen.add(holder)
        holder = parts[holder].inside
    looped = holder is not None and holder in seen
    holds = part.inside in parts and parts[part.inside].fields["kind"] in ("group", "repeat") if part.inside else False
    return part.inside if holds and not looped else None


def _form(document: Fields, name: str) -> Form:
    try:
        return Form.model_validate(document)
    except ValidationError:
        flaws = read_form(json.dumps(document, ensure_ascii=False))
        what = flaws[0].what if isinstance(flaws, tuple) and flaws and isinstance(flaws[0], Flaw) else CHANGED
        raise Mistake(DOES_NOT_FIT.fill(what=what, name=name)) from None


def _conflict(key: str, base: Form, mine: Form, theirs: Form) -> Conflict:
    if key.startswith(WHOLE):
        name = key.removeprefix(WHOLE)
        said = tuple(_setting_changes(base, side, name) for side in (mine, theirs))
        what = SETTING.get(name) or OTHER_SETTING.fill(name=name)
        return Conflict(key=key, what=what, mine=said[0], theirs=said[1])
    named = next(form for form in (mine, theirs, base) if any(e.id == key for e in form.walk()))
    what = title_of(named, key)
    return Conflict(key=key, what=what, mine=_part_changes(base, mine, key), theirs=_part_changes(base, theirs, key))


def _setting_changes(base: Form, side: Form, name: str) -> tuple[Text, ...]:
    """In the words of `!form diff`, as if nothing else had changed."""
    alone = base.model_copy(update={name: getattr(side, name)})
    return differences(base, alone) or (CHANGED,)


def _part_changes(base: Form, side: Form, id_: str) -> tuple[Text, ...]:
    if all(e.id != id_ for e in side.walk()):
        return (REMOVED,)
    return question_changes(base, side, id_) or (CHANGED,)
