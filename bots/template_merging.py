"""Taking a new version of a template into a form of ours: what both sides changed is asked, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bots.call import Call
from bots.command import Effects, listener
from bots.effects import Post, Refuse, Say
from bots.events import Event, Said
from bots.filling.words import NO
from bots.form_talk import to_person
from bots.form_writing import IN_DIRECT
from bots.ports import Forms, Members
from bots.ports_template import Adopted, Adoptions, Kept, Merging, Templates
from bots.roles import Role
from bots.template_words import (
    CHOOSE,
    CONFLICT,
    CONFLICTS,
    KEPT_OWN,
    MIND,
    MINE,
    MORE_ROWS,
    NOTHING_NEW,
    ROW,
    STOPPED,
    THEIRS,
    UPDATED,
)
from forms.form import Form
from forms.mistake import Mistake
from forms.reading.words import folded
from forms.template import Ancestor, Merged, broken_lock, merge
from forms.template.merge import Conflict, Side
from forms.text import Text, lines, same
from forms.writing.difference import differences

MOST_ROWS = 12
_SIDES: dict[str, Side] = {"1": "mine", "2": "theirs"}
_STOP = NO | {"やめる", "あとで", "later", "cancel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """One form of ours, what it was made from, and the version that it takes in."""

    mine: Form
    base: Kept
    theirs: Kept
    who: Text

    def merged(self, merging: Merging) -> Merged:
        """Raises Mistake where the result is no form, or changes what is locked."""
        theirs = self.theirs.template
        found = merge(self.base.template.form, self.mine, theirs.form, choices=merging.choices)
        broken = None if found.open_ else broken_lock(theirs.form, found.form, theirs.locked, who=self.who)
        if broken is not None:
            raise Mistake(broken)
        return found

    def allows(self, conflict: Conflict, side: Side) -> bool:
        return side == "theirs" or conflict.key not in self.theirs.template.locked


def taking(forms: Forms, templates: Templates, members: Members, adopted: Adopted, version: int) -> Taking:
    """Raises Mistake where a version is not here any more or its signature does not hold."""
    origin = adopted.origin
    return Taking(
        mine=forms.get(adopted.form).form,
        base=templates.version(origin),
        theirs=templates.version(Ancestor(server=origin.server, name=origin.name, version=version)),
        who=municipality(members, origin.server),
    )


def municipality(members: Members, server: str) -> Text:
    """What a member is called; the server of one that is none any more."""
    return next((member.name for member in members.all() if member.server == server), same(server))


def begin(
    call: Call, forms: Forms, adoptions: Adoptions, taken: Taking, *, conflicts: Merged, merging: Merging
) -> Effects:
    """Ask the first of what both sides changed, or keep the result where there is nothing to ask."""
    if not conflicts.open_:
        return kept(forms, adoptions, taken, conflicts)
    adoptions.ask(merging)
    said = (Say(text=lines(CONFLICTS.fill(count=len(conflicts.open_)), question(conflicts))),)
    return said if call.direct else (Say(text=IN_DIRECT), *to_person(call.who, said))


def kept(forms: Forms, adoptions: Adoptions, taken: Taking, found: Merged) -> Effects:
    """The result is the newest version of the form, and the form comes from the new version of the template."""
    adoptions.adopt(found.form.name, taken.theirs)  # its locks count from now on
    number = forms.save(found.form)
    changes = differences(taken.mine, found.form)
    said = UPDATED.fill(form=found.form.name, version=taken.theirs.template.version, number=number)
    tail = KEPT_OWN.fill(form=found.form.name)
    return (Say(text=lines(said, *(rows(changes) if changes else (NOTHING_NEW,)), tail)),)


def question(found: Merged) -> Text:
    """The next conflict, with what each side did."""
    conflict = found.open_[0]
    number = len(found.conflicts) - len(found.open_) + 1
    return lines(
        CONFLICT.fill(n=number, of=len(found.conflicts), what=conflict.what),
        MINE.fill(words=_joined(conflict.mine)),
        THEIRS.fill(words=_joined(conflict.theirs)),
        CHOOSE,
    )


def rows(changes: Sequence[Text]) -> tuple[Text, ...]:
    """Changes as a list that can be read."""
    more = (MORE_ROWS.fill(count=len(changes) - MOST_ROWS),) if len(changes) > MOST_ROWS else ()
    return (*(ROW.fill(what=what) for what in changes[:MOST_ROWS]), *more)


def _joined(said: Sequence[Text]) -> Text:
    return Text(ja="、".join(one.ja for one in said), en="; ".join(one.en for one in said))


@listener
def deciding(
    call: Call, event: Event, forms: Forms, templates: Templates, adoptions: Adoptions, members: Members
) -> Effects | None:
    """What an editor says in their direct room while conflicts are asked."""
    if not isinstance(event, Said) or not call.direct or call.role < Role.EDITOR:
        return None
    merging = adoptions.merging()
    if merging is None:
        return None
    adopted = adoptions.adopted(merging.form)
    word = folded(event.text)
    if adopted is None or word in {folded(one) for one in _STOP}:
        adoptions.ask(None)
        return (Say(text=STOPPED.fill(form=merging.form)),)
    return _decided(word, forms, adoptions, merging, taking(forms, templates, members, adopted, merging.version))


def _decided(word: str, forms: Forms, adoptions: Adoptions, merging: Merging, taken: Taking) -> Effects:
    before = taken.merged(merging)
    side = _SIDES.get(word.rstrip(".。番"))
    if not before.open_:  # somebody changed the form meanwhile: nothing is left to ask
        return _ended(forms, adoptions, taken, before)
    if side is None:
        return (Refuse(text=lines(MIND, question(before))),)
    conflict = before.open_[0]
    if not taken.allows(conflict, side):
        broken = broken_lock(taken.theirs.template.form, taken.mine, (conflict.key,), who=taken.who)
        return (Refuse(text=lines(broken or MIND, question(before))),)
    then = replace(merging, choices={**merging.choices, conflict.key: side})
    found = taken.merged(then)
    if found.open_:
        adoptions.ask(then)
        return (Say(text=question(found)),)
    return _ended(forms, adoptions, taken, found)


def _ended(forms: Forms, adoptions: Adoptions, taken: Taking, found: Merged) -> Effects:
    adoptions.ask(None)
    return kept(forms, adoptions, taken, found)


def using(name: str, server: str) -> Post:
    """Tells the author alone that there is one more user of its template."""
    return Post(kind="template.used", body={"name": name}, to=server)
