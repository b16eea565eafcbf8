"""How a person comes into one of their forms, and what is kept of the words of an anonymous one."""

from dataclasses import replace

from bots.call import Call
from bots.command import Effects
from bots.conversation import open_
from bots.effects import Refuse, Say
from bots.moments import moment
from bots.ports import Responses
from bots.records import Filling, Publication
from forms.mistake import Mistake
from forms.text import Text

CLOSED = Text(ja="「{title}」の受付は終了しました。", en="“{title}” no longer takes answers.")
CAST = Text(
    ja="「{title}」は送信済みです。匿名のため、どれがあなたの回答かはもう分かりません。見直しや訂正はできません。",
    en="You have sent “{title}”. It is anonymous: nobody can tell any more which answers are yours, "
    "so they cannot be shown or changed.",
)


def begin(call: Call, responses: Responses, publication: Publication) -> Effects:
    """Open (or go on with) the caller's conversation about a publication."""
    if not publication.is_open(call.at):
        raise Mistake(CLOSED.fill(title=publication.form.title))
    return enter(call, responses, responses.begin(publication))


def enter(call: Call, responses: Responses, filling: Filling) -> Effects:
    """Make it the one the caller is in, and say where it stands."""
    if filling.cast:
        return (Say(text=CAST.fill(title=filling.publication.form.title)),)
    stage = filling.conversation.stage
    talk = replace(filling.conversation, stage="open", label=several(call, responses))
    if stage != "open":
        responses.keep(replace(filling, conversation=talk))
    responses.focus(filling.id)
    closes = filling.publication.closes_at
    effects = open_(
        talk,
        call.today,
        deadline=moment(closes, call.zone, call.at) if closes else None,
        asker=None if talk.preview else responses.asker(filling.publication),
    )
    return untraced(filling, effects, sealed=bool(talk.answers))


def untraced(filling: Filling, effects: Effects, *, sealed: bool) -> Effects:
    """Of an anonymous form no question stands beside our messages, and no words of the talk with its owner stay.

    Hence no reactions either, which besides are never encrypted.
    """
    if not filling.secret:
        return effects
    key = filling.id if sealed else None
    return tuple(
        replace(e, about=None, passing=True, sealed=key) if isinstance(e, Say | Refuse) else e for e in effects
    )


def several(call: Call, responses: Responses) -> bool:
    """Whether the caller has more than one form, so that each must say which it is."""
    return len(still_open(call, responses)) + len(responses.waiting()) > 1


def still_open(call: Call, responses: Responses) -> list[Filling]:
    """The caller's that take answers; previews are none."""
    return [f for f in responses.mine() if f.publication.is_open(call.at) and not f.conversation.preview]
