"""What it means that a person sent a file, a photograph, a recording or a place on the map."""

from dataclasses import replace

from bots.effects import Effect, Keep
from bots.events import Located, Sent
from bots.filling import sentences as s
from bots.filling.show import example, shown, where
from bots.filling.state import Conversation, asked, done
from bots.filling.steps import Turn, closed_text, refused, resting, with_answer
from forms.mistake import Mistake
from forms.questions import Question
from forms.questions.attached import files_in
from forms.questions.base import Brought, Spot, Value


def bring(conversation: Conversation, event: Sent | Located, *, closed: bool) -> Turn:
    """It answers the question that the person is at, if that takes such a thing."""
    if closed:
        return refused(conversation, closed_text(conversation))
    question = asked(conversation)
    if conversation.stage != "open" or done(conversation):
        return refused(conversation, resting(conversation))
    if question is None:
        return refused(conversation, s.CHECK_OTHER.fill(example=example(conversation)))
    former = conversation.answers.get(question.id)
    try:
        value, kept = _taken(conversation, question, event, former)
    except Mistake as mistake:
        return refused(conversation, mistake.text)
    then = with_answer(conversation, question, value=value, source=event.id)
    if question.wants_more(value):
        then = replace(then, reopened=then.reopened | {question.id})
    return then, (*kept, where(then, s.UNDERSTOOD.fill(answer=shown(question, value))))


def _taken(
    conversation: Conversation, question: Question, event: Sent | Located, former: Value
) -> tuple[Value, tuple[Effect, ...]]:
    if isinstance(event, Located):
        return question.find(Spot(event.lat, event.lon, event.accuracy)), ()
    value, content = question.take(Brought(event.name, event.content), former)
    if conversation.preview:
        return value, ()
    file = files_in(value)[-1]
    kept = Keep(
        response=conversation.response,
        question=question.id,
        name=file["name"],
        mime=file["type"],
        sha256=file["sha256"],
        content=content,
    )
    return value, (kept,)
