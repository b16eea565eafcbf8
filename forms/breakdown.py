"""Results for each of several groups: by municipality, or by what people chose."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from forms.bars import Bar, show_number, show_share
from forms.figures import Figure, Stack, figure, figures, quartiles
from forms.form import Form
from forms.mistake import Mistake
from forms.printable import cut
from forms.questions import Question
from forms.questions.base import Answers
from forms.reading.words import folded, quote
from forms.tally import Countable, Split, Standing, Tally, numbers
from forms.text import Text, same

MUNICIPALITY = Text(ja="自治体", en="municipality")
_BY_MUNICIPALITY = frozenset({"自治体", "municipality", "town"})
_GROUPED = frozenset({"options", "scale"})
_NUMBERED = re.compile(r"(?:質問|設問|問|question|q)?\s*([1-9][0-9]{0,3})(?:番目?)?")
_MOST_GROUPS = 12
_LONGEST_LABEL = 40
_NO_ANSWER, _OTHERS, _FEW = "\0none", "\0others", "\0few"
_NO_ANSWER_LABEL = Text(ja="（無回答）", en="(no answer)")
_OTHERS_LABEL = Text(ja="（ほか）", en="(others)")
_FEW_LABEL = Text(ja="（{least}人未満の区分）", en="(groups of fewer than {least})")
_CANNOT = Text(
    ja="「{said}」では分けられません。分けられるのは {all} です。",
    en="Results cannot be split by “{said}”, only by: {all}.",
)
_SPREAD = Text(
    ja="{group}：中央値 {median}{quartiles}・平均 {mean}（{n}人）",
    en="{group}: median {median}{quartiles}, mean {mean} ({n})",
)
_WRITTEN = Text(ja="{group}：記入 {n}件", en="{group}: {n} written")
_CHOSEN = Text(ja="{group}：{said}", en="{group}: {said}")
_MANY = Text(ja="{label} {n}人（{share}）", en="{label} {n} ({share})")
_ONE_OF_MANY = 8  # ways to split that a refusal names


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what to split: `question` None is by municipality."""

    title: Text
    question: Question | None = None

    def groups(self, answers: Answers, municipality: str) -> tuple[str, ...]:
        """The groups that a response belongs to: several where several options were chosen."""
        if self.question is None:
            return (municipality,)
        value = answers.get(self.question.id)
        found = () if value is None else tuple(str(name) for name in self.question.counted(value))
        return found or (_NO_ANSWER,)


def grouping(form: Form, said: str) -> Grouping:
    """What is meant: a question by its id, its title or a part of it. Raises Mistake: what there is."""
    wanted = folded(said.strip("「」『』\"' ").removesuffix("別"))
    if wanted in _BY_MUNICIPALITY:
        return Grouping(MUNICIPALITY)
    able = [question for question in form.asked if question.measure in _GROUPED]
    exact = [q for q in able if wanted in (folded(q.id), folded(q.title.ja), folded(q.title.en))]
    part = [q for q in able if wanted and (wanted in folded(q.title.ja) or wanted in folded(q.title.en))]
    found = exact or _by_number(form, wanted, able) or part
    if len(found) != 1:
        raise Mistake(_refusal(said, found or able))
    return Grouping(_short(found[0].title), found[0])


def _by_number(form: Form, said: str, able: Sequence[Question]) -> list[Question]:
    """The question that the number in 「質問2」 or “question 2” is."""
    match = _NUMBERED.fullmatch(said)
    numbered = form.asked[int(match[1]) - 1 : int(match[1])] if match else ()
    return [question for question in numbered if question in able]


def _refusal(said: str, able: Sequence[Question]) -> Text:
    near = difflib.get_close_matches(said, [q.title.ja for q in able], n=1)
    first = sorted(able, key=lambda q: q.title.ja not in near)[:_ONE_OF_MANY]
    names = [MUNICIPALITY, *(same("{title}").fill(title=_short(q.title)) for q in first)]
    return _CANNOT.fill(
        said=quote(said), all=Text(ja="、".join(n.ja for n in names), en=", ".join(n.en for n in names))
    )


def _short(words: Text) -> Text:
    return Text(ja=cut(words.ja, _LONGEST_LABEL), en=cut(words.en, _LONGEST_LABEL))


def broken_down(form: Form, by: Grouping, responses: Iterable[tuple[str, Answers]], *, least: int = 1) -> Split:
    """Pairs of municipality and answers, counted by the groups of `by`. Of groups below `least` none is seen alone."""
    given = [(by.groups(answers, municipality), answers) for municipality, answers in responses]
    sizes: dict[str, int] = {}
    for groups, _ in given:
        for group in groups:
            sizes[group] = sizes.get(group, 0) + 1
    place = _places(sizes, least=least)
    whole = Tally(form)
    for groups, answers in given:
        for group in dict.fromkeys(map(place, groups)):
            whole.add(answers, group)
    shown = [group for group in _order(by, sizes) if group in whole.responses]
    shown += [group for group in (_FEW, _OTHERS) if group in whole.responses]
    return Split(by.title, tuple((group, _label(by, group, least=least)) for group in shown), whole)


def _order(by: Grouping, sizes: dict[str, int]) -> list[str]:
    """As the form has the options; municipalities as they came; who did not answer last."""
    options = [option.name for option in by.question.options()] if by.question else []
    return [name for name in dict.fromkeys([*options, *sizes]) if name != _NO_ANSWER] + [_NO_ANSWER]


def _places(sizes: dict[str, int], *, least: int) -> Callable[[str], str]:
    """Into which group a group goes: itself; the rest of very many; those too small to be seen alone, together."""
    small = {group for group, n in sizes.items() if n < least}
    if small and sum(sizes[group] for group in small) < least:  # together they would still be too few
        spare = [group for group in sizes if group not in small]
        small |= {min(spare, key=lambda group: sizes[group])} if spare else set()
    large = sorted((g for g in sizes if g not in small), key=lambda g: -sizes[g])
    kept = set(large if len(large) <= _MOST_GROUPS else large[: _MOST_GROUPS - 1])
    return lambda group: _FEW if group in small else group if group in kept else _OTHERS


def _label(by: Grouping, group: str, *, least: int) -> Text:
    match group:
        case "\0none":
            return _NO_ANSWER_LABEL
        case "\0others":
            return _OTHERS_LABEL
        case "\0few":
            return _FEW_LABEL.fill(least=least)
    options = by.question.options() if by.question else ()
    return next((_short(option.label) for option in options if option.name == group), same(cut(group, _LONGEST_LABEL)))


def figures_of(form: Form, tally: Tally, standing: Standing) -> tuple[Figure, ...]:
    """One figure per question, split where it is said so, with what is withheld marked."""
    found = figures_by(form, tally, standing.split) if standing.split else figures(form, tally)
    if not (standing.withheld or standing.remarks or standing.unit != "人"):
        return found
    asked = dict(enumerate(form.asked, 1))
    return tuple(_marked(one, asked[one.number], standing) for one in found)


def _marked(one: Figure, question: Question, standing: Standing) -> Figure:
    remarks = standing.remarks.get(question.id)
    options = question.options()
    bars = one.bars
    if len(options) == len(bars):
        marks = [standing.withheld.get((question.id, option.name)) for option in options]
        bars = tuple(
            replace(bar, label=_CHOSEN_MARK.fill(label=bar.label, mark=mark)) if mark else bar
            for bar, mark in zip(bars, marks, strict=True)
        )
    return replace(one, bars=bars, notes=one.notes if remarks is None else remarks, unit=standing.unit)


_CHOSEN_MARK = Text(ja="{label}（{mark}）", en="{label} ({mark})")


def figures_by(form: Form, tally: Tally, split: Split) -> tuple[Figure, ...]:
    """One figure per question: all groups together, and each as a stack (or, where there are none, in words)."""
    asked = dict(enumerate(form.asked, 1))
    return tuple(_split(one, asked[one.number], split) for one in figures(form, tally) if one.asked)


def _split(whole: Figure, question: Question, split: Split) -> Figure:
    parts = ((label, split.tally.count(question.id, group)) for group, label in split.groups)
    counts = [(label, count) for label, count in parts if count.asked]
    if question.measure == "numbers":
        return replace(whole, notes=tuple(_spread(label, count.values) for label, count in counts))
    if question.measure == "words":
        return replace(whole, notes=tuple(_WRITTEN.fill(group=label, n=count.answered) for label, count in counts))
    if question.measure not in _GROUPED or len(whole.stacks) > 1 or _short(question.title) == split.title:
        return whole
    bars = [(label, count, figure(whole.number, question, count).bars) for label, count in counts]
    if any(sum(bar.count for bar in own) > count.answered for _, count, own in bars):  # several were chosen: no parts
        return replace(whole, notes=tuple(_chosen(label, own) for label, _, own in bars))
    return replace(whole, stacks=tuple(Stack(label, tuple(bar.count for bar in own)) for label, _, own in bars))


def _chosen(label: Text, bars: Sequence[Bar]) -> Text:
    parts = [_MANY.fill(label=bar.label, n=bar.count, share=show_share(bar.share)) for bar in bars if bar.count]
    said = Text(ja="、".join(part.ja for part in parts), en=", ".join(part.en for part in parts))
    return _CHOSEN.fill(group=label, said=said)


def _spread(label: Text, values: Mapping[Countable, int]) -> Text:
    known = numbers(values)
    if known is None:
        return _WRITTEN.fill(group=label, n=0)
    return _SPREAD.fill(
        group=label,
        median=show_number(known.median),
        quartiles=quartiles(known),
        mean=show_number(known.mean),
        n=known.n,
    )
