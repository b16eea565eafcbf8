"""The template: a form with its licence, its version, where it came from and what of it is locked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from forms.form import Form
from forms.mistake import Mistake
from forms.text import Text, same

LARGEST = 200_000
"""Characters of a form that travels: as much as can be loaded and changed by talking."""
LONGEST_LINEAGE = 20
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """`free`: whoever takes it need not even say where it came from."""

    code: str
    name: Text
    free: bool = False


LICENCES = (
    Licence(code="CC-BY-4.0", name=same("CC BY 4.0")),
    Licence(code="CC0-1.0", name=same("CC0 1.0"), free=True),
    Licence(
        code="PDL-1.0",
        name=Text(ja="公共データ利用規約（第1.0版）", en="Public Data License 1.0 (Japan)"),
    ),
    Licence(
        code="GJSTU-2.0",
        name=Text(ja="政府標準利用規約（第2.0版）", en="Government of Japan Standard Terms of Use 2.0"),
    ),
)
"""What may be chosen. All let others change what they take: a template that may not be changed is of no use."""

UNLICENSED = Text(
    ja="ライセンスがないか、使えないものです。作った自治体に、ライセンスを選んで公開し直すよう伝えてください。",
    en="It has no licence that can be used. Please ask its author to choose one and publish it again.",
)
UNREADABLE = Text(
    ja="ひな形の形が正しくありません。作った自治体に、公開し直すよう伝えてください。",
    en="This is no sound template. Please ask its author to publish it again.",
)
TOO_LARGE = Text(
    ja="ひな形が大きすぎます（{most}文字まで）。フォームを分けてください。",
    en="The template is too large (at most {most} characters). Please split the form.",
)
TOO_NEW = Text(
    ja="このKairanでは使えない設問があります。Kairanを新しくしてから、もう一度お試しください。",
    en="It has questions that this Kairan does not know. Please update Kairan, then try again.",
)
LOOP = Text(
    ja="このひな形は、めぐりめぐって自分自身をもとにしています。元のひな形を「!template update」で更新してください。",
    en="This template would be made from itself. Please update the original with “!template update”.",
)
LONG_LINE = Text(
    ja="写しの写しが{most}代を超えました。もとのひな形から作り直してください。",
    en="This is a copy of a copy more than {most} times over. Please begin from the original.",
)
NOT_FREER = Text(
    ja="もとのひな形のライセンスは{licence}です。出どころを示さなくてよいライセンスには変えられません。",
    en="The original is under {licence}: a copy cannot be given away without naming where it came from.",
)
LOCKS_NOT_THEIRS = Text(
    ja="設問を固定できるのは都道府県だけです。作った自治体に、固定を外して公開し直すよう伝えてください。",
    en="Only a prefecture may lock questions. Please ask the author to publish it without locks.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestor:
    """The template that this one was made from."""

    server: str
    name: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`lineage`: what it was made from, nearest first. `locked`: ids of questions that adopters leave as they are."""

    form: Form
    version: int
    licence: Licence
    lineage: tuple[Ancestor, ...] = ()
    locked: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.form.name


def licence_of(code: object) -> Licence | None:
    """By its code."""
    return next((licence for licence in LICENCES if licence.code == code), None)


def write_template(template: Template) -> dict[str, Any]:
    """As it travels. Raises Mistake where it is too large."""
    document = template.form.model_dump_json(exclude_defaults=True, by_alias=True)
    if len(document) > LARGEST:
        raise Mistake(TOO_LARGE.fill(most=LARGEST))
    return {
        "name": template.name,
        "version": template.version,
        "licence": template.licence.code,
        "lineage": [{"server": a.server, "name": a.name, "version": a.version} for a in template.lineage],
        "locked": list(template.locked),
        "form": document,
    }


def read_template(body: Mapping[str, Any], *, author: str, may_lock: bool) -> Template:
    """What somebody published under their server `author`. Raises Mistake: why it is refused."""
    licence = licence_of(body.get("licence"))
    if licence is None:
        raise Mistake(UNLICENSED)
    form = _form(body.get("form"))
    version, name = body.get("version"), body.get("name")
    if not _is_version(version) or name != form.name:
        raise Mistake(UNREADABLE)
    locked = _locked(body.get("locked", []), form)
    if locked and not may_lock:
        raise Mistake(LOCKS_NOT_THEIRS)
    lineage = _lineage(body.get("lineage", []))
    unchained(author, form.name, lineage)
    return Template(form=form, version=int(version or 0), licence=licence, lineage=lineage, locked=locked)


def unchained(author: str, name: str, lineage: Sequence[Ancestor]) -> None:
    """Raise Mistake where a template comes from itself, or from too far away."""
    line = [(author, name), *((a.server, a.name) for a in lineage)]
    if len(set(line)) != len(line):
        raise Mistake(LOOP)
    if len(lineage) > LONGEST_LINEAGE:
        raise Mistake(LONG_LINE.fill(most=LONGEST_LINEAGE))


def _form(document: object) -> Form:
    if not isinstance(document, str):
        raise Mistake(UNREADABLE)
    if len(document) > LARGEST:
        raise Mistake(TOO_LARGE.fill(most=LARGEST))
    try:
        form = Form.model_validate_json(document)
    except ValidationError as error:
        new = any(one["type"] in ("union_tag_invalid", "extra_forbidden") for one in error.errors(include_input=False))
        raise Mistake(TOO_NEW if new else UNREADABLE) from None
    except RecursionError:
        raise Mistake(UNREADABLE) from None
    if form.audience is not None or form.closes is not None:
        raise Mistake(UNREADABLE)
    return form


def _is_version(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**_DIGITS


def _locked(value: object, form: Form) -> tuple[str, ...]:
    known = {element.id for element in form.walk()}
    if not isinstance(value, list) or not all(isinstance(one, str) and one in known for one in value):
        raise Mistake(UNREADABLE)
    return tuple(value)


def _lineage(value: object) -> tuple[Ancestor, ...]:
    if not isinstance(value, list) or len(value) > 2 * LONGEST_LINEAGE:
        raise Mistake(UNREADABLE)
    return tuple(map(_ancestor, value))


def _ancestor(value: object) -> Ancestor:
    match value:
        case {"server": str(server), "name": str(name), "version": int(version)} if len(server) < 256 and _is_version(
            version
        ):
            return Ancestor(server=server, name=name[:64], version=version)
        case _:
            raise Mistake(UNREADABLE)
