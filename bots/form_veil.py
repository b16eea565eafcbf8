"""What is said in place of results that would give somebody away, and how an anonymous form's file is arranged."""

from collections.abc import Sequence
from dataclasses import replace

from bots.ports import Publications
from bots.records import Publication
from forms.anonymity import LEAST, cut_off, rounded
from forms.export import Exported
from forms.form import Form
from forms.text import Text, lines

NOT_NAMED = Text(
    ja="匿名のフォームのため、だれが答えたかは表示しません。"
    "まだ答えていない人にだけ知らせるときは「!form remind {name}」。",
    en="The form is anonymous: nobody is named. “!form remind {name}” still reaches only those who have not answered.",
)
OVER = Text(ja="【{title}】受付終了", en="{title}: closed")
SO_FAR = Text(ja="【{title}】途中経過", en="{title}: so far")
AT_LEAST = Text(ja="{asked}人のうち{sent}人以上が回答", en="{sent} or more of {asked} have answered")
FEWER = Text(
    ja="回答は、まだ{least}人に達していません（配布 {asked}人）",
    en="Fewer than {least} of {asked} have answered so far",
)
FEWER_IN_ALL = Text(ja="回答は{least}人未満でした（配布 {asked}人）", en="Fewer than {least} of {asked} have answered")
EXPORTED_CUT_OFF = Text(
    ja="「{title}」の回答 {count}件です。自由に書かれた文章は、同じ行のほかの答えとは関係がありません。",
    en="{count} answers to “{title}”. What people worded themselves has nothing to do with the rest of its row.",
)


def veiled(publication: Publication, publications: Publications, why: Text, *, closed: bool) -> Text:
    """How many have answered, in full batches, and why there is no more to see."""
    rows = publications.progress(publication)
    sent, asked = rounded(sum(r[3] for r in rows)), sum(r[1] for r in rows)
    many = (AT_LEAST if sent else FEWER_IN_ALL if closed else FEWER).fill(sent=sent, asked=asked, least=LEAST)
    return lines((OVER if closed else SO_FAR).fill(title=publication.form.title), many, why)


def without_texts(form: Form, rows: Sequence[Exported]) -> list[Exported]:
    """The rows with what people worded themselves cut off from what else they answered."""
    sheets = cut_off(form, (row.answers for row in rows))
    return [replace(row, answers=sheet) for row, sheet in zip(rows, sheets, strict=True)]
