"""What the asker sees of releases: as a tally with municipalities for groups, so that it is shown as any result is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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

By = Literal["prefecture", "kind", "size", "municipality"]

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
    "size": Text(ja="人口規模", en="population"),
    "municipality": MUNICIPALITY,
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
    (10_000, Text(ja="1万人未満", en="under 10,000")),
    (50_000, Text(ja="1万〜5万人未満", en="10,000–49,999")),
    (200_000, Text(ja="5万〜20万人未満", en="50,000–199,999")),
    (500_000, Text(ja="20万〜50万人未満", en="200,000–499,999")),
    (None, Text(ja="50万人以上", en="500,000 and more")),
)
_SUM = Text(ja="合計 {total}・平均 {mean}（{n}人分{more}）", en="sum {total}, mean {mean} (of {n}{more})")
_SUM_OF = Text(
    ja="{label}：合計 {total}・平均 {mean}（{n}人分{more}）", en="{label}: sum {total}, mean {mean} (of {n}{more})"
)
_WITHOUT = Text(ja="、ほか{n}団体は伏せ", en=", withheld by {n} more")
_BY_SOME = Text(ja="{n}団体は伏せ", en="withheld by {n}")
_ALL_OF_IT = Text(ja="{n}団体は、この設問を伏せています。", en="{n} members withhold this question.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A release and who made it. `kind`: municipality, prefecture or partner; `code`: six digits or empty.

    `population`: as the alliance's list says; 0 where it does not.
    """

    name: Text
    code: str
    kind: str
    released: Released
    population: int = 0


def group_of(reply: Reply, by: By) -> tuple[int, Text]:
    """The group of a reply, and its place among the groups."""
    match by:
        case "prefecture":
            number = int(reply.code[:2]) if reply.code[:2].isdecimal() else 0
            return (number, same(PREFECTURES[number - 1])) if 1 <= number <= len(PREFECTURES) else (99, _UNKNOWN)
        case "kind":
            last = reply.kind if reply.kind == "partner" else _KIND_OF.get(reply.name.ja[-1:], reply.name.ja[-1:])
            return list(_KINDS).index(last if last in _KINDS else ""), _KINDS.get(last, _KINDS[""])
        case "municipality":
            return 0, reply.name
        case "size":
            if not reply.population:
                return len(_SIZES), _UNKNOWN
            place = next(n for n, (most, _) in enumerate(_SIZES) if most is None or reply.population < most)
            return place, _SIZES[place][1]


_KIND_OF = {"都": "県", "道": "県", "府": "県"}


Groups = Callable[[Reply], tuple[int, Text]]


def results(form: Form, replies: Sequence[Reply], kind: Kind, *, by: By | None = None) -> tuple[Tally, Standing]:
    """All releases as one result: by municipality, or split as said."""
    whole = _tally(form, replies, kind, group=lambda reply: reply.name.ja)
    standing = Standing(
        {r.name.ja: r.released.asked for r in replies},
        {r.name.ja: r.released.answered or 0 for r in replies},
        split=None if by is None else _split(form, replies, kind, by),
    )
    if kind == "one":
        return whole, replace(standing, unit="団体")
    groups = None if by is None else _groups(replies, by)
    remarks = {question.id: _remarks(question, replies, groups) for question in form.asked}
    return whole, replace(standing, withheld=_withheld(replies), remarks={q: r for q, r in remarks.items() if r})


def _groups(replies: Sequence[Reply], by: By) -> Groups:
    if by == "municipality":
        places = {reply.name.ja: place for place, reply in enumerate(replies)}
        return lambda reply: (places[reply.name.ja], reply.name)
    return lambda reply: group_of(reply, by)


def _split(form: Form, replies: Sequence[Reply], kind: Kind, by: By) -> Split:
    group = _groups(replies, by)
    labels = dict(sorted({group(reply) for reply in replies}, key=lambda one: one[0]))
    shown = tuple((str(place), label) for place, label in labels.items())
    return Split(TITLES[by], shown, _tally(form, replies, kind, group=lambda reply: str(group(reply)[0])))


def _withheld(replies: Sequence[Reply]) -> dict[tuple[str, str], Text]:
    cells = added(reply.released for reply in replies).cells
    return {cell: _BY_SOME.fill(n=one.withheld) for cell, one in cells.items() if one.withheld}


def _remarks(question: Question, replies: Sequence[Reply], groups: Groups | None) -> tuple[Text, ...]:
    """Of numbers sum and mean (of each group); and how many municipalities withhold all of it."""
    said: list[Text] = []
    if question.measure == "numbers":
        within: dict[Text | None, list[Reply]] = {}
        for reply in replies:
            within.setdefault(groups(reply)[1] if groups else None, []).append(reply)
        said += [one for label, theirs in within.items() if (one := _summed(question, theirs, label)) is not None]
    held = sum(reply.released.parts[question.id].base is None for reply in replies)
    return (*said, *([_ALL_OF_IT.fill(n=held)] if held else []))


def _summed(question: Question, replies: Sequence[Reply], label: Text | None) -> Text | None:
    parts = [reply.released.parts[question.id] for reply in replies]
    told = [(Fraction(part.total), part.cells.get(GIVEN, 0)) for part in parts if part.total is not None]
    n, without = sum(count for _, count in told), sum(part.base is not None for part in parts) - len(told)
    if not n:
        return None
    total = sum((amount for amount, _ in told), Fraction(0))
    more = _WITHOUT.fill(n=without) if without else same("")
    words = {"total": show_number(total), "mean": show_number(total / n), "n": n, "more": more}
    return (_SUM if label is None else _SUM_OF).fill(**words, label=label or "")


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
