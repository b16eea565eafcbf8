"""!inquiry release and correct: a person sees exactly what will leave, and says yes; then it is signed and sent."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bots.arguments import Confirmation, Number
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Post, Say
from bots.inquiry_home import open_one
from bots.inquiry_records import Asked
from bots.inquiry_show import called, leaving, names
from bots.ports import Members, Pending, Publications, Responses
from bots.ports_inquiry import Inquiries
from bots.records import Filling, Publication, Waiting
from bots.roles import Role
from forms.form import Form
from forms.inquiry import Released, digest_of
from forms.inquiry_release import written
from forms.inquiry_suppression import Past, Truth, released, truths
from forms.mistake import Mistake
from forms.questions.base import Answers
from forms.text import Text, lines

NOT_ASKED = Text(
    ja="まだ庁内で聞いていません。「!inquiry ask {number} to 部屋」で配ってください。",
    en="Nobody was asked yet: !inquiry ask {number} to ROOM",
)
STILL_OPEN = Text(
    ja="庁内の回答を受付中です。先に「!form close {name}」で締め切ってください。",
    en="Your people may still answer. End that first: !form close {name}",
)
EMPTY = Text(ja="まだ回答がありません。", en="There is no answer yet.")
FOUR_EYES = Text(
    ja="回答を書いた本人は承認できません。別の編集者が「!inquiry release {number}」で確かめて送ってください。",
    en="Whoever filled it in cannot approve it. Another editor sends it: !inquiry release {number}",
)
ALREADY = Text(
    ja="照会{number}の回答は送ってあります。直すときは「!inquiry correct {number}」。",
    en="Inquiry {number} was answered. To correct it: !inquiry correct {number}",
)
NOT_YET = Text(
    ja="照会{number}の回答はまだ送っていません。「!inquiry release {number}」で送ります。",
    en="Inquiry {number} was not answered yet: !inquiry release {number}",
)
UNCHANGED = Text(ja="前に送った内容と同じです。", en="It is the same as what was sent before.")
LEAVES = Text(
    ja="{asker}へ、次の内容を第{version}版として送ります（照会{number}、配布 {asked}人・回答 {answered}）。"
    "これ以外は何も送りません。",
    en="This goes to {asker} as version {version} (inquiry {number}, {asked} asked, answered: {answered}). "
    "Nothing else leaves.",
)
LEAVES_ONE = Text(
    ja="{asker}へ、次の回答を{home}の回答（第{version}版）として送ります（照会{number}）。",
    en="This goes to {asker} as the answer of {home}, version {version} (inquiry {number}).",
)
PEOPLE = Text(ja="{n}人", en="{n}")
FEW = Text(ja="5人未満のため伏せます", en="withheld, fewer than 5")
FEW_CHANGED = Text(
    ja="前の版との違いが5人未満の設問は、だれの分かが分かってしまうため、すべて伏せます。"
    "送らなければ、前の版がそのまま有効です。",
    en="Questions that fewer than 5 people changed are withheld altogether: the difference would tell of them. "
    "If you do not send this, the version before stays.",
)
SOON = timedelta(days=31)
SURE = Text(ja="よろしければ「はい」、やめるときは「いいえ」。", en="“yes” to send it, “no” to stop.")
SENT = Text(
    ja="照会{number}の回答を{asker}に送りました（第{version}版）。",
    en="{asker} gets the answer to inquiry {number} (version {version}).",
)


@command(
    "release",
    "送付",
    needs=Role.EDITOR,
    about=Text(ja="集計を確かめて照会元へ送る", en="check the totals and send them"),
)
def release(
    call: Call,
    inquiries: Inquiries,
    members: Members,
    publications: Publications,
    responses: Responses,
    pending: Pending,
    number: Number,
    sure: Confirmation | None = None,
) -> Effects:
    asked = open_one(inquiries, members, number)
    if asked.last is not None:
        raise Mistake(ALREADY.fill(number=number))
    if sure and _saw_it(asked, call):
        return _sent(asked, inquiries, members)
    return _shown(call, asked, inquiries, members, publications, responses, pending, verb="release")


@command(
    "correct",
    "訂正",
    needs=Role.EDITOR,
    about=Text(ja="送った回答を新しい版で直す", en="send a new version of an answer"),
)
def correct(
    call: Call,
    inquiries: Inquiries,
    members: Members,
    publications: Publications,
    responses: Responses,
    pending: Pending,
    number: Number,
    sure: Confirmation | None = None,
) -> Effects:
    asked = open_one(inquiries, members, number)
    if asked.last is None:
        raise Mistake(NOT_YET.fill(number=number))
    if sure and _saw_it(asked, call):
        return _sent(asked, inquiries, members)
    return _shown(call, asked, inquiries, members, publications, responses, pending, verb="correct")


def _saw_it(asked: Asked, call: Call) -> bool:
    """Whether what would leave was shown to this caller."""
    return asked.draft is not None and asked.draft_by == call.who


def _sent(asked: Asked, inquiries: Inquiries, members: Members) -> Effects:
    """What was shown leaves, and nothing that was answered since."""
    draft = asked.draft
    assert draft is not None
    body = {"id": asked.id, "form": digest_of(asked.document), **written(draft)}
    past = (*asked.past, asked.draft_truth) if asked.draft_truth else asked.past
    inquiries.keep(replace(asked, last=draft, past=past, draft=None, draft_truth={}, draft_by=None, told="released"))
    words = {"number": asked.number, "asker": called(asked.asker, names(members)), "version": draft.version}
    return (Say(text=SENT.fill(**words)), Post(kind="inquiry-release", body=body, to=asked.asker))


def _shown(
    call: Call,
    asked: Asked,
    inquiries: Inquiries,
    members: Members,
    publications: Publications,
    responses: Responses,
    pending: Pending,
    *,
    verb: str,
) -> Effects:
    """Keep it as it is now, and ask back."""
    if asked.publication is None:
        raise Mistake(NOT_ASKED.fill(number=asked.number))
    publication = publications.get(asked.publication)
    if asked.kind == "totals":
        draft, truth = _counted(call, asked, publication, publications, responses, past=_past(asked, inquiries))
    else:
        draft, truth = _answered(call, asked, publication, responses), {}
    if asked.last is not None and replace(draft, version=asked.last.version) == asked.last:
        raise Mistake(UNCHANGED)
    inquiries.keep(replace(asked, draft=draft, draft_truth=truth, draft_by=call.who))
    pending.ask(Waiting(command=f"inquiry {verb}", words=(str(asked.number), "yes")))
    answered = FEW if draft.answered is None else PEOPLE.fill(n=draft.answered)
    words = {"number": asked.number, "asker": called(asked.asker, names(members)), "version": draft.version}
    top = (LEAVES if asked.kind == "totals" else LEAVES_ONE).fill(
        **words, home=members.me().name, asked=draft.asked, answered=answered
    )
    careful = [FEW_CHANGED] if _tells_less(asked.last, draft) else []
    return (Say(text=lines(top, leaving(asked.form, draft), *careful, SURE)),)


def _tells_less(before: Released | None, now: Released) -> bool:
    """Whether a correction withholds all of a question of which something was sent."""
    told = before.parts.items() if before is not None else ()
    return any(part.base is not None and now.parts[name].base is None for name, part in told)


def _past(asked: Asked, inquiries: Inquiries) -> Past:
    """What was true behind releases of this form to this asker: who asks the same twice in a month learns no more."""
    found = (one for one in inquiries.all() if isinstance(one, Asked) and one.asker == asked.asker)
    near = (one for one in found if one.document == asked.document and abs(one.at - asked.at) < SOON)
    return tuple(truths for one in near for truths in one.past)


def _version(asked: Asked) -> int:
    return 1 if asked.last is None else asked.last.version + 1


def _counted(
    call: Call,
    asked: Asked,
    publication: Publication,
    publications: Publications,
    responses: Responses,
    *,
    past: Past,
) -> tuple[Released, Mapping[str, Truth]]:
    if publication.is_open(call.at):
        raise Mistake(STILL_OPEN.fill(name=publication.form.name))
    if (why := responses.withheld(publication)) is not None:
        raise Mistake(why)
    people = sum(row[1] for row in publications.progress(publication))
    tally = responses.totals(publication)
    draft = released(asked.form, tally, asked=people, version=_version(asked), past=past)
    return draft, truths(asked.form, tally, draft)


def _answered(call: Call, asked: Asked, publication: Publication, responses: Responses) -> Released:
    """The office's answer: the last that was sent. Files stay at home."""
    sent = [f for f in responses.all_sent(publication) if f.sent_at is not None]
    if not sent:
        raise Mistake(EMPTY)
    last: Filling = max(sent, key=lambda filling: (filling.sent_at, filling.sending))
    if last.user == call.who:
        raise Mistake(FOUR_EYES.fill(number=asked.number))
    answers = json.dumps(_without_files(asked.form, last.conversation.sent or {}), ensure_ascii=False, sort_keys=True)
    return Released(version=_version(asked), asked=1, answered=1, parts={}, answers=answers)


def _without_files(form: Form, answers: Answers) -> Answers:
    files = {question.id for question in form.asked if question.traceable}
    return {key: value for key, value in answers.items() if key.partition(".")[0] not in files}
