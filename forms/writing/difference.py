"""What changed from one version of a form to another, in plain language."""

from collections.abc import Iterator, Sequence
from typing import Any

from forms.form import Form
from forms.questions import Matrix, Question
from forms.reading.options import Named
from forms.reading.words import quote
from forms.text import Text, same
from forms.writing.kinds import kind_title
from forms.writing.told import told

ADDED = Text(ja="追加：質問{n}「{title}」（{kind}）", en="Added: question {n} “{title}” ({kind})")
REMOVED = Text(ja="削除：「{title}」（前の質問{n}）", en="Removed: “{title}” (question {n} before)")
MOVED = Text(ja="移動：「{title}」が質問{before}から質問{n}へ", en="Moved: “{title}” from {before} to {n}")
TITLE = Text(ja="質問{n}の質問文：「{before}」→「{title}」", en="Question {n}, wording: “{before}” → “{title}”")
ENGLISH = Text(ja="質問{n}「{title}」の英語：{after}", en="Question {n} “{title}”, English: {after}")
KIND = Text(ja="質問{n}「{title}」の種類：{before}→{after}", en="Question {n} “{title}”, kind: {before} → {after}")
OPTIONS_ADDED = Text(
    ja="質問{n}「{title}」の選択肢に追加：{names}", en="Question {n} “{title}”, options added: {names}"
)
OPTIONS_GONE = Text(
    ja="質問{n}「{title}」の選択肢から削除：{names}", en="Question {n} “{title}”, options removed: {names}"
)
OPTIONS_NAMED = Text(
    ja="質問{n}「{title}」の選択肢の言い方：{names}", en="Question {n} “{title}”, options reworded: {names}"
)
OPTIONS_ORDER = Text(ja="質問{n}「{title}」の選択肢の順番", en="Question {n} “{title}”: the order of the options")
ROWS_ADDED = Text(ja="質問{n}「{title}」の表に行を追加：{names}", en="Questions {n} “{title}”, rows added: {names}")
ROWS_GONE = Text(ja="質問{n}「{title}」の表から行を削除：{names}", en="Questions {n} “{title}”, rows removed: {names}")
ROWS_NAMED = Text(
    ja="質問{n}「{title}」の表の行の言い方：{names}", en="Questions {n} “{title}”, rows reworded: {names}"
)
ROWS_ORDER = Text(ja="質問{n}「{title}」の表の行の順番", en="Questions {n} “{title}”: the order of the rows")
COLUMNS_ADDED = Text(
    ja="質問{n}「{title}」の表に列を追加：{names}", en="Questions {n} “{title}”, columns added: {names}"
)
COLUMNS_GONE = Text(
    ja="質問{n}「{title}」の表から列を削除：{names}", en="Questions {n} “{title}”, columns removed: {names}"
)
COLUMNS_NAMED = Text(
    ja="質問{n}「{title}」の表の列の言い方：{names}", en="Questions {n} “{title}”, columns reworded: {names}"
)
COLUMNS_ORDER = Text(ja="質問{n}「{title}」の表の列の順番", en="Questions {n} “{title}”: the order of the columns")
WHEN = Text(
    ja="質問{n}「{title}」を聞く条件：{before}→{after}", en="Question {n} “{title}” is asked: {before} → {after}"
)
ALWAYS = Text(ja="いつも", en="always")
REQUIRED = Text(ja="質問{n}「{title}」：必須になりました", en="Question {n} “{title}” must now be answered")
OPTIONAL = Text(ja="質問{n}「{title}」：任意になりました", en="Question {n} “{title}” may now be left out")
NEEDED = Text(ja="質問{n}「{title}」：必須かどうかの決まり", en="Question {n} “{title}”: when it must be answered")
HINT = Text(ja="質問{n}「{title}」のヒント：{before}→{after}", en="Question {n} “{title}”, hint: {before} → {after}")
OTHER = Text(ja="質問{n}「{title}」のほかの設定（{fields}）", en="Question {n} “{title}”, other settings ({fields})")
FORM_TITLE = Text(ja="フォームの題名：「{before}」→「{after}」", en="Title of the form: “{before}” → “{after}”")
ABOUT = Text(ja="フォームの説明：{before}→{after}", en="Introduction: {before} → {after}")
SETTINGS = Text(ja="フォームのほかの設定（{fields}）", en="Other settings of the form ({fields})")
TABLE = Text(
    ja="一覧「{name}」の入れ替え（{before}件→{after}件）", en="The list “{name}”: other rows ({before} → {after})"
)
NOTHING = Text(ja="（なし）", en="(none)")
_TOLD = frozenset({"id", "kind", "title", "hint", "required", "when", "offered", "rows"})
_OPTIONS = (OPTIONS_ADDED, OPTIONS_GONE, OPTIONS_NAMED, OPTIONS_ORDER)
_ROWS = (ROWS_ADDED, ROWS_GONE, ROWS_NAMED, ROWS_ORDER)
_COLUMNS = (COLUMNS_ADDED, COLUMNS_GONE, COLUMNS_NAMED, COLUMNS_ORDER)
Asked = Question | Matrix
"""A table is looked at as one: its rows are questions, but nobody writes them so."""


def differences(old: Form, new: Form) -> tuple[Text, ...]:
    """One sentence for each thing that changed; () where nothing did."""
    before, after = _places(old), _places(new)
    return (
        *_of_form(old, new),
        *(REMOVED.fill(title=_words(q.title), n=n) for id_, (n, q) in before.items() if id_ not in after),
        *(
            ADDED.fill(n=n, title=_words(q.title), kind=kind_title(q.kind))
            for id_, (n, q) in after.items()
            if id_ not in before
        ),
        *_moves(before, after),
        *(
            said
            for id_, (n, q) in after.items()
            if id_ in before
            for said in _of_question(n, before[id_][1], q, old, new)
        ),
    )


def question_changes(old: Form, new: Form, id_: str) -> tuple[Text, ...]:
    """What became of one question; () where it is as it was. Its place in the form is not looked at."""
    before, after = _places(old), _places(new)
    if id_ not in before:
        return ()
    if id_ not in after:
        return (REMOVED.fill(title=_words(before[id_][1].title), n=before[id_][0]),)
    number, question = after[id_]
    return tuple(_of_question(number, before[id_][1], question, old, new))


def _places(form: Form) -> dict[str, tuple[Text, Asked]]:
    """Id → its number, or those of its rows, and what it is."""
    tables = {row.id: element for element in form.walk() if isinstance(element, Matrix) for row in element.questions}
    places: dict[str, tuple[Text, Asked]] = {}
    for n, question in enumerate(form.asked, 1):
        table = tables.get(question.id)
        if table is None:
            places[question.id] = (same(str(n)), question)
        elif table.id not in places:
            last = n + len(table.rows) - 1
            places[table.id] = (Text(ja=f"{n}〜{last}", en=f"{n}–{last}") if last > n else same(str(n)), table)
    return places


def _words(text: Text | None) -> Text:
    return NOTHING if text is None else Text(ja=quote(text.ja), en=quote(text.en))


def _of_form(old: Form, new: Form) -> Iterator[Text]:
    if old.title != new.title:
        yield FORM_TITLE.fill(before=_words(old.title), after=_words(new.title))
    if old.about != new.about:
        yield ABOUT.fill(before=_words(old.about), after=_words(new.about))
    for name, table in new.tables.items():
        before = old.tables.get(name)
        if before is not None and before != table:
            yield TABLE.fill(name=quote(name), before=f"{before.rows:,}", after=f"{table.rows:,}")
    fields = [name for name in ("privacy", "audience", "closes", "remind", "results", "urgent", "lists")
              if getattr(old, name) != getattr(new, name)]  # fmt: skip
    if fields:
        yield SETTINGS.fill(fields=", ".join(fields))


def _moves(before: dict[str, tuple[Text, Asked]], after: dict[str, tuple[Text, Asked]]) -> Iterator[Text]:
    """Those that changed places among the ones that stayed: as few as tell it."""
    old = [id_ for id_ in before if id_ in after]
    place = {id_: n for n, id_ in enumerate(old)}
    stayed = _longest_rising([(place[id_], id_) for id_ in after if id_ in place])
    for id_, (n, question) in after.items():
        if id_ in place and id_ not in stayed:
            yield MOVED.fill(title=_words(question.title), before=before[id_][0], n=n)


def _longest_rising(row: Sequence[tuple[int, str]]) -> set[str]:
    """The ids of a longest row whose places rise: these did not move, the others did."""
    best: list[list[tuple[int, str]]] = []
    for one in row:
        longest = max((b for b in best if b[-1][0] < one[0]), key=len, default=[])
        best.append([*longest, one])
    return {id_ for _, id_ in max(best, key=len, default=[])}


def _of_question(n: Text, old: Asked, new: Asked, before: Form, after: Form) -> Iterator[Text]:
    place = {"n": n, "title": _words(new.title)}
    if old.title.ja != new.title.ja:
        yield TITLE.fill(before=_words(old.title), **place)
    elif old.title != new.title:
        yield ENGLISH.fill(after=quote(new.title.en), **place)
    if old.kind != new.kind:
        yield KIND.fill(before=kind_title(old.kind), after=kind_title(new.kind), **place)
    else:
        yield from _of_parts(old, new, place)
    if old.when != new.when:
        yield WHEN.fill(before=_when(old, before), after=_when(new, after), **place)
    if old.required != new.required:
        yield (NEEDED if isinstance(new.required, str) else REQUIRED if new.required else OPTIONAL).fill(**place)
    if old.hint != new.hint:
        yield HINT.fill(before=_words(old.hint), after=_words(new.hint), **place)
    if fields := _others(old, new):
        yield OTHER.fill(fields=", ".join(fields), **place)


def _when(question: Asked, form: Form) -> Text:
    return told(question.when, form) if question.when else ALWAYS


def _of_parts(old: Asked, new: Asked, place: dict[str, Any]) -> Iterator[Text]:
    if isinstance(old, Matrix) and isinstance(new, Matrix):
        yield from _of_options(old.rows, new.rows, place, said=_ROWS)
        yield from _of_options(old.offered, new.offered, place, said=_COLUMNS)
    else:
        yield from _of_options(old.options(), new.options(), place, said=_OPTIONS)


def _of_options(
    old: Sequence[Named], new: Sequence[Named], place: dict[str, Any], *, said: tuple[Text, Text, Text, Text]
) -> Iterator[Text]:
    before = {o.name: o.label for o in old}
    after = {o.name: o.label for o in new}
    added, gone = (
        [label for name, label in one.items() if name not in other] for one, other in ((after, before), (before, after))
    )
    named = [label for name, label in after.items() if name in before and before[name] != label]
    for pattern, labels in zip(said, (added, gone, named), strict=False):
        if labels:
            yield pattern.fill(names=_list(labels), **place)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield said[3].fill(**place)


def _list(labels: Sequence[Text]) -> Text:
    more = "…" if len(labels) > 10 else ""
    return Text(
        ja="、".join(f"「{quote(label.ja)}」" for label in labels[:10]) + more,
        en=", ".join(f"“{quote(label.en)}”" for label in labels[:10]) + more,
    )


def _others(old: Asked, new: Asked) -> list[str]:
    if old.kind != new.kind:
        return []
    names = type(new).model_fields
    return [name for name in names if name not in _TOLD and getattr(old, name) != getattr(new, name)]
