"""Publishing a form of ours as a template, and withdrawing one: what is local is shown and left out."""

from dataclasses import replace

from bots.arguments import Confirmation, FormName, Locks, Number, Version
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Post, Say
from bots.ports import Forms, Members, Pending, People, Seals
from bots.ports_template import Adopted, Adoptions, Templates
from bots.records import Draft, Waiting
from bots.roles import Role
from bots.template_words import (
    LICENCE,
    LOCK_NOT_OURS,
    NO_QUESTION,
    NOT_OURS,
    NOTHING_LOCAL,
    NUMBERED,
    PUBLISHED,
    RETRACT_SURE,
    RETRACTED,
    ROW,
    SAME_AGAIN,
    STRIPPED,
    SURE,
    WITH_LOCKS,
)
from forms.form import Form
from forms.mistake import Mistake
from forms.template import LICENCES, Ancestor, Licence, Local, Template, strip, unchained, write_template
from forms.template.document import NOT_FREER
from forms.text import Text, lines


@command(
    "publish",
    "公開",
    needs=Role.EDITOR,
    about=Text(ja="フォームをほかの自治体が使えるようにする", en="let other municipalities use a form"),
    more=Text(
        ja="例: !template publish gakudo 1。都道府県は lock 1,3 のように設問を固定できます。",
        en="E.g. !template publish gakudo 1. A prefecture may lock questions: lock 1,3",
    ),
)
def publish(
    call: Call,
    forms: Forms,
    templates: Templates,
    adoptions: Adoptions,
    members: Members,
    seals: Seals,
    people: People,
    pending: Pending,
    name: FormName,
    licence: Number | None = None,
    sure: Confirmation | None = None,
    shown: Version | None = None,
    *,
    lock: Locks | None = None,
) -> Effects:
    me, draft = members.me(), forms.get(name)
    if lock and me.kind != "prefecture":
        raise Mistake(LOCK_NOT_OURS)
    if licence is None or not 0 < licence <= len(LICENCES):
        return (Say(text=_licences(draft)),)
    local = Local(names=(*_names(me.name), me.server), people=(people.name(call.who),))
    form, taken = strip(draft.form, local)
    template = _template(form, LICENCES[licence - 1], templates, adoptions.adopted(draft.form.name), me.server)
    template = _with_locks(template, draft, lock or ())
    if not sure or shown != draft.version:
        words = (draft.form.name, str(licence), "yes", str(draft.version))
        pending.ask(Waiting(command="template publish", words=(*words, *_locks_again(lock or ()))))
        return (Say(text=_sure(draft, template, taken)),)
    signed = seals.sign("template", write_template(template))
    templates.keep(signed)
    said = PUBLISHED.fill(title=form.title, name=form.name, version=template.version, licence=template.licence.name)
    return (Say(text=said), Post(kind="template", body={"raw": signed.raw}, to=None))


def _names(name: Text) -> tuple[str, ...]:
    """つくば市 is meant where つくば stands alone too."""
    short = name.ja[:-1] if name.ja[-1:] in "市区町村都府県" and len(name.ja) > 2 else name.ja
    return (name.ja, short, name.en)


def _licences(draft: Draft) -> Text:
    found = (NUMBERED.fill(n=n, name=licence.name) for n, licence in enumerate(LICENCES, 1))
    return LICENCE.fill(title=draft.form.title, name=draft.form.name, rows=lines(*found))


def _template(form: Form, licence: Licence, templates: Templates, adopted: Adopted | None, server: str) -> Template:
    """The next version of ours. Raises Mistake where nothing changed, it comes from itself, or is given too freely."""
    lineage: tuple[Ancestor, ...] = ()
    if adopted is not None and (adopted.origin.server, adopted.origin.name) != (server, form.name):
        origin = templates.version(adopted.origin)
        lineage = (adopted.origin, *origin.template.lineage)
        if licence.free and not origin.template.licence.free:
            raise Mistake(NOT_FREER.fill(licence=origin.template.licence.name))
    unchained(server, form.name, lineage)
    before = templates.newest(server, form.name)
    template = Template(form=form, version=before + 1, licence=licence, lineage=lineage)
    if before:
        last = templates.version(Ancestor(server=server, name=form.name, version=before))
        if not last.withdrawn and (last.template.form, last.template.licence) == (form, licence):
            raise Mistake(SAME_AGAIN.fill(name=form.name, version=before))
    return template


def _with_locks(template: Template, draft: Draft, lock: tuple[int, ...]) -> Template:
    asked = draft.form.asked
    for number in lock:
        if not 0 < number <= len(asked):
            raise Mistake(NO_QUESTION.fill(n=number, name=draft.form.name))
    return replace(template, locked=tuple(asked[number - 1].id for number in lock))


def _locks_again(lock: tuple[int, ...]) -> tuple[str, ...]:
    return ("lock", ",".join(map(str, lock))) if lock else ()


def _sure(draft: Draft, template: Template, taken: tuple[Text, ...]) -> Text:
    known = {q.id: q.title for q in template.form.asked}
    locks = (WITH_LOCKS.fill(which=lines(*(known[i] for i in template.locked))),) if template.locked else ()
    sure = SURE.fill(
        title=template.form.title,
        version=template.version,
        licence=template.licence.name,
        form=draft.form.name,
    )
    if not taken:
        return lines(NOTHING_LOCAL, *locks, sure)
    return lines(STRIPPED.fill(count=len(taken)), *(ROW.fill(what=one) for one in taken), *locks, sure)


@command(
    "retract",
    "取下げ",
    needs=Role.EDITOR,
    about=Text(ja="公開したひな形を取り下げる", en="withdraw a template of ours"),
)
def retract(
    _call: Call,
    templates: Templates,
    members: Members,
    pending: Pending,
    name: FormName,
    sure: Confirmation | None = None,
) -> Effects:
    own = members.me().server
    version = templates.newest(own, name)
    if not version or templates.version(Ancestor(server=own, name=name, version=version)).withdrawn:
        raise Mistake(NOT_OURS.fill(name=name[:64]))
    if not sure:
        pending.ask(Waiting(command="template retract", words=(name, "yes")))
        return (Say(text=RETRACT_SURE.fill(name=name)),)
    templates.withdraw(own, name, version)
    body = {"name": name, "version": version}
    return (Say(text=RETRACTED.fill(name=name)), Post(kind="template.retract", body=body, to=None))
