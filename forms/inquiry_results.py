"""What the asker sees of releases: as a tally with municipalities for groups, so that it is shown as any result is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from forms.bars import show_number
from forms.breakdown import MUNICIPALITY
from forms.form import Form
from forms.inquiry import GIVEN, SKIPPED, Kind, Released, added
from forms.inquiry_release import answers_of
from forms.questions import Question
from forms.tally import Count, Split, Standing, Tally
from forms.text import Text, same

By = Literal["prefecture", "kind", "size"]

PREFECTURES: Final = tuple(
    name
    for names in (
        "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県",
        "富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県",
        "鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県",
        "鹿児島県 沖縄県",
    )
    for name in names.split()
)
"""In the order of the first two digits of a municipality's code."""
TITLES: Mapping[By, Text] = {
    "prefecture": Text(ja="都道府県", en="prefecture"),
    "kind": Text(ja="団体の種類", en="kind of municipality"),
    "size": Text(ja="配布人数", en="number of people asked"),
}
_UNKNOWN = Text(ja="不明", en="unknown")
_KINDS = {
    "partner": Text(ja="協力団体", en="partner"),
    "県": Text(ja="都道府県", en="prefecture"),
    "市": Text(ja="市", en="city"),
    "区": Text(ja="特別区", en="ward"),
    "町": Text(ja="町", en="town"),
    "村": Text(ja="村", en="village"),
    "": Text(ja="その他", en="other"),
}
_SIZES = (
    (100, Text(ja="100人未満", en="under 100")),
    (500, Text(ja="100〜499人", en="100–499")),
    (2000, Text(ja="500〜1,999人", en="500–1,999")),
    (None, Text(ja="2,000人以上", en="2,000 and more")),
)
_SUM = Text(
    ja="{number}. {title}: 合計 {total}・平均 {mean}（{n}人分）",
    en="{number}. {title}: sum {total}, mean {mean} (of {n})",
)
_WITHHELD = Text(
    ja="5人未満の数と、それが分かってしまう数は伏せてあり、上の数に入っていません（{n}自治体）。",
    en="Counts below 5, and those that would give them away, are withheld and not in the figures ({n} members).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A release and who made it. `kind`: municipality, prefecture or partner; `code`: six digits or empty."""

    name: Text
    code: str
    kind: str
    released: Released


def group_of(reply: Reply, by: By) -> tuple[int, Text]:
    """The group of a reply, and its place among the groups."""
    match by:
        case "prefecture":
            number = int(reply.code[:2]) if reply.code[:2].isdecimal() else 0
            return (number, same(PREFECTURES[number - 1])) if 1 <= number <= len(PREFECTURES) else (99, _UNKNOWN)
        case "kind":
            last = reply.kind if reply.kind == "partner" else _KIND_OF.get(reply.name.ja[-1:], reply.name.ja[-1:])
            return list(_KINDS).index(last if last in _KINDS else ""), _KINDS.get(last, _KINDS[""])
        case "size":
            place = next(n for n, (most, _) in enumerate(_SIZES) if most is None or reply.released.asked < most)
            return place, _SIZES[place][1]


_KIND_OF = {"都": "県", "道": "県", "府": "県"}


def results(form: Form, replies: Sequence[Reply], kind: Kind, *, by: By | None = None) -> tuple[Tally, Standing]:
    """All releases as one result: by municipality, or split as said."""
    whole = _tally(form, replies, kind, group=lambda reply: reply.name.ja)
    asked = {r.name.ja: r.released.asked for r in replies}
    answered = {r.name.ja: r.released.answered or 0 for r in replies}
    if by is None:
        return whole, Standing(asked, answered)
    groups = sorted({(*group_of(r, by),) for r in replies}, key=lambda g: g[0])
    split = Split(
        TITLES[by],
        tuple((str(place), label) for place, label in groups),
        _tally(form, replies, kind, group=lambda reply: str(group_of(reply, by)[0])),
    )
    return whole, Standing(asked, answered, split=split)


def by_municipality(form: Form, replies: Sequence[Reply], kind: Kind) -> Split:
    """Split by who released it."""
    groups = tuple((r.name.ja, r.name) for r in replies)
    return Split(MUNICIPALITY, groups, _tally(form, replies, kind, group=lambda reply: reply.name.ja))


def _tally(form: Form, replies: Iterable[Reply], kind: Kind, *, group: Callable[[Reply], str]) -> Tally:
    whole = Tally(form)
    counts: dict[tuple[str, str], Count] = {}
    for reply in replies:
        if kind == "one":
            whole.add(answers_of(reply.released, form), group(reply))
            continue
        whole.responses[group(reply)] += reply.released.answered or 0
        for question in form.asked:
            counts.setdefault((question.id, group(reply)), Count()).include(_count(question, reply.released))
    for (question_id, name), count in counts.items():
        whole.put(question_id, name, count)
    return whole


def _count(question: Question, released: Released) -> Count:
    part = released.parts[question.id]
    count = Count(asked=part.base or 0, answered=max(0, (part.base or 0) - part.cells.get(SKIPPED, 0)))
    count.values.update({value: n for value, n in part.cells.items() if value not in (SKIPPED, GIVEN)})
    return count


def sums(form: Form, replies: Sequence[Reply], kind: Kind) -> Sequence[Text]:
    """What can be said of numbers, and how many municipalities withhold something."""
    if kind == "one":
        return ()
    whole, said = added(r.released for r in replies), []
    for number, question in enumerate(form.asked, 1):
        n = sum(r.released.parts[question.id].cells.get(GIVEN, 0) for r in replies if _has_sum(r, question))
        if question.id in whole.totals and n:
            total: Fraction = whole.totals[question.id]
            words = {"total": show_number(total), "mean": show_number(total / n), "n": n}
            said.append(_SUM.fill(number=number, title=question.title, **words))
    held = sum(_holds_back(r.released) for r in replies)
    return [*said, _WITHHELD.fill(n=held)] if held else said


def _has_sum(reply: Reply, question: Question) -> bool:
    return reply.released.parts[question.id].total is not None


def _holds_back(released: Released) -> bool:
    return any(part.withheld or part.base is None for part in released.parts.values())
