"""What results are made of: the totals as they are kept, or a part of the responses, counted for who asks."""

from bots.arguments import SplitBy, Where
from bots.call import Call
from bots.ports import People, Publications, Responses
from bots.records import NotAllowed, Publication
from bots.roles import Role
from forms.breakdown import broken_down, grouping
from forms.form import Form
from forms.mistake import Mistake
from forms.reading.words import quote
from forms.selection import selection
from forms.tally import Standing, Tally, tally
from forms.text import Text, same
from forms.writing.condition import source
from forms.writing.spoken_condition import read_condition

LEAST = 5
"""Where people are not named, so many answers there must be before a part of them is shown."""
ANONYMOUS = Text(
    ja="匿名のフォームの結果は、区分や条件で分けられません。",
    en="Results of an anonymous form cannot be split or narrowed.",
)
TOO_FEW = Text(
    ja="該当する回答が{least}件未満のため表示できません。条件を広げてください。",
    en="Fewer than {least} answers match, too few to be shown. Please widen the condition.",
)
NONE = Text(
    ja="該当する回答がありません。条件を確かめてください。", en="No answer matches. Please check the condition."
)


def counted(publication: Publication, publications: Publications, responses: Responses) -> tuple[Tally, Standing]:
    """The sums as of now, how many were asked and have answered, by municipality, and when."""
    rows = publications.progress(publication)
    standing = Standing(
        asked={m: a for m, a, _, _ in rows},
        answered={m: c for m, _, _, c in rows},
        days=responses.sent_by_day(publication),
    )
    return responses.totals(publication), standing


def part(
    call: Call,
    publication: Publication,
    responses: Responses,
    people: People,
    *,
    by: SplitBy | None,
    where: Where | None,
) -> tuple[Tally, Standing]:
    """Of the responses for which `where` holds, split by a question or by municipality."""
    form = publication.form
    if form.privacy == "anonymous":
        raise Mistake(ANONYMOUS)
    group = None if by is None else grouping(form, by)
    if call.role < Role.EDITOR and (where is not None or group is None or group.question is not None):
        raise NotAllowed(Role.EDITOR)
    sent = [(people.municipality(f.user), f.conversation.sent or {}) for f in responses.all_sent(publication)]
    if where is not None:
        chosen = selection(form, _expression(call, form, where), now=call.at, zone=call.zone)
        sent = [one for one in sent if chosen(one[1])]
    least = 1 if form.privacy == "named" else LEAST
    if len(sent) < least:
        raise Mistake(TOO_FEW.fill(least=least) if least > 1 else NONE)
    split = None if group is None else broken_down(form, group, sent, least=least)
    only = None if where is None else same("{where}").fill(where=quote(where))
    return tally(form, sent), Standing({}, {}, split=split, only=only)


def _expression(call: Call, form: Form, where: str) -> str:
    """What is meant by `where`: an expression, or a condition as it is said while writing a form."""
    if "$" in where:
        return where
    return source(read_condition(where, form, None, today=call.today))
