"""!template: publish forms for other municipalities, find theirs, use them and keep up with them."""

from collections.abc import Sequence

from bots.arguments import FormName, MemberName, Words
from bots.bot import Bot
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Post, Say
from bots.help import help_command
from bots.ports import Forms, Manuscripts, Members
from bots.ports_template import Adopted, Adoptions, Exchange, Kept, Merging, Shelved, Templates
from bots.roles import Role
from bots.template_index import due_index, due_wants, heard_index
from bots.template_merging import begin, municipality, rows, taking, using
from bots.template_post import due_counts, post
from bots.template_publishing import publish, retract
from bots.template_words import (
    ASK_OTHERS,
    ASKED,
    FOUND,
    FOUND_ROW,
    HOW_TO_USE,
    IS_WITHDRAWN,
    LINE_OF,
    LIST_NONE,
    LIST_ROW,
    LISTED,
    LOCK_MARK,
    NEWER,
    NEWS,
    NEXT,
    NO_NEWER,
    NO_OWN,
    NONE_FOUND,
    NONE_YET,
    NOT_ADOPTED,
    OURS,
    OWN_CHANGES,
    QUESTION,
    SHOWN,
    TO_FILL,
    USED,
    USERS,
)
from forms.mistake import Mistake
from forms.template import Ancestor, Template
from forms.template.strip import blanks
from forms.text import Text, lines, same
from forms.writing.difference import differences

MOST_SHOWN = 30


@command(
    "search",
    "検索",
    needs=Role.STAFF,
    about=Text(ja="ひな形を探す", en="find templates"),
    more=Text(ja="例: !template search 学童 申込", en="E.g. !template search after-school"),
)
def search(_call: Call, templates: Templates, members: Members, text: Words | None = None) -> Effects:
    found = templates.search(text or "")
    if not found:
        return (Say(text=NONE_FOUND.fill(words=text[:40]) if text else NONE_YET),)
    names = {member.server: member.name for member in members.all()}
    shown = (_found(one, names.get(one.server, same(one.server)), found) for one in found[:MOST_SHOWN])
    return (Say(text=lines(FOUND.fill(count=len(found)), *shown)),)


def _found(one: Shelved, who: Text, among: Sequence[Shelved]) -> Text:
    several = sum(other.name == one.name for other in among) > 1
    name = f"{one.name}@{one.server}" if several else one.name
    used = USERS.fill(count=one.users) if one.users else same("")
    return FOUND_ROW.fill(name=name, title=one.title, who=who, version=one.version, users=used)


@command("show", "表示", needs=Role.STAFF, about=Text(ja="ひな形の質問を表示", en="show a template's questions"))
def show(_call: Call, templates: Templates, members: Members, name: FormName) -> Effects:
    kept = templates.find(name)
    template, who = kept.template, municipality(members, kept.signed.signer)
    head = SHOWN.fill(
        title=template.form.title,
        name=template.name,
        version=template.version,
        who=who,
        licence=template.licence.name,
        users=kept.users,
    )
    line = " ← ".join(f"{a.name}@{a.server}" for a in template.lineage)
    asked = (_question(n, q.id, q.title, template, who) for n, q in enumerate(template.form.asked, 1))
    parts = (*((LINE_OF.fill(which=same(line)),) if line else ()), *((IS_WITHDRAWN,) if kept.withdrawn else ()))
    return (Say(text=lines(head, *parts, *asked, HOW_TO_USE.fill(name=template.name))),)


def _question(number: int, id_: str, title: Text, template: Template, who: Text) -> Text:
    mark = LOCK_MARK.fill(who=who) if id_ in template.locked else same("")
    return QUESTION.fill(n=number, title=title, mark=mark)


@command(
    "use", "利用", needs=Role.EDITOR, about=Text(ja="ひな形を自分のフォームにする", en="make a template your form")
)
def use(
    _call: Call,
    forms: Forms,
    manuscripts: Manuscripts,
    templates: Templates,
    adoptions: Adoptions,
    members: Members,
    name: FormName,
) -> Effects:
    kept = templates.find(name)
    taken = {d.form.name for d in forms.drafts()} | {m.name for m in manuscripts.all()}
    form = kept.template.form.model_copy(update={"name": _free(kept.template.name, taken)})
    adoptions.adopt(form.name, kept)
    forms.save(form)
    who = municipality(members, kept.signed.signer)
    said = USED.fill(title=form.title, who=who, licence=kept.template.licence.name, form=form.name)
    places = blanks(form)
    mend = (TO_FILL.fill(count=len(places)), *rows(places)) if places else ()
    tell = any(m.server == kept.signed.signer for m in members.all()) and members.me().server != kept.signed.signer
    return (
        Say(text=lines(said, *mend, NEXT.fill(form=form.name))),
        *((using(kept.template.name, kept.signed.signer),) if tell else ()),
    )


def _free(name: str, taken: set[str]) -> str:
    """gakudo-2 where there is a gakudo already."""
    names = (name, *(f"{name[:60]}-{n}" for n in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


@command("list", "一覧", needs=Role.STAFF, about=Text(ja="取り入れたもの、公開したもの", en="those in use, and ours"))
def list_(_call: Call, forms: Forms, templates: Templates, adoptions: Adoptions, members: Members) -> Effects:
    found = [a for d in forms.drafts() if (a := adoptions.adopted(d.form.name)) is not None]
    own = members.me().server if members.all() else ""
    ours = [one for one in templates.search("") if one.server == own]
    parts = [LISTED, *(_listed(one, templates, members) for one in found)] if found else []
    parts += [OURS, *(_found(one, members.me().name, [one]) for one in ours)] if ours else []
    return (Say(text=lines(*parts) if parts else LIST_NONE),)


def _listed(adopted: Adopted, templates: Templates, members: Members) -> Text:
    origin = adopted.origin
    newest = templates.newest(origin.server, origin.name)
    news = NEWS.fill(version=newest) if newest > origin.version else same("")
    who = municipality(members, origin.server)
    return LIST_ROW.fill(form=adopted.form, name=origin.name, who=who, version=origin.version, news=news)


def _adopted(forms: Forms, adoptions: Adoptions, name: str) -> Adopted:
    known = forms.get(name).form.name
    found = adoptions.adopted(known)
    if found is None:
        raise Mistake(NOT_ADOPTED.fill(name=known))
    return found


@command(
    "diff",
    "違い",
    needs=Role.STAFF,
    about=Text(ja="ひな形と自分のフォームの違い", en="what is different, here and there"),
)
def diff(
    _call: Call, forms: Forms, templates: Templates, adoptions: Adoptions, members: Members, name: FormName
) -> Effects:
    adopted = _adopted(forms, adoptions, name)
    origin, base = adopted.origin, templates.version(adopted.origin)
    newest = max(templates.newest(origin.server, origin.name), origin.version)
    place = {"name": origin.name, "who": municipality(members, origin.server), "version": newest}
    parts = [NO_NEWER.fill(**place)]
    if newest > origin.version:
        theirs = _version(templates, origin, newest)
        changes = differences(base.template.form, theirs.template.form)
        parts = [NEWER.fill(before=origin.version, **place), *rows(changes)]
    own = differences(base.template.form, forms.get(adopted.form).form)
    return (Say(text=lines(*parts, *((OWN_CHANGES, *rows(own)) if own else (NO_OWN,)))),)


def _version(templates: Templates, origin: Ancestor, version: int) -> Kept:
    return templates.version(Ancestor(server=origin.server, name=origin.name, version=version))


@command(
    "update",
    "更新",
    needs=Role.EDITOR,
    about=Text(ja="ひな形の新しい版を取り入れる", en="take in a template's new version"),
    more=Text(
        ja="こちらで変えたところは残ります。両方が変えたところは、ひとつずつ伺います。",
        en="What you changed is kept; what both changed is asked one by one.",
    ),
)
def update(
    call: Call, forms: Forms, templates: Templates, adoptions: Adoptions, members: Members, name: FormName
) -> Effects:
    adopted = _adopted(forms, adoptions, name)
    origin = adopted.origin
    newest = templates.newest(origin.server, origin.name)
    if newest <= origin.version:
        who = municipality(members, origin.server)
        return (Say(text=NO_NEWER.fill(name=origin.name, who=who, version=origin.version)),)
    taken = taking(forms, templates, members, adopted, newest)
    merging = Merging(form=adopted.form, version=newest, choices={})
    return begin(call, forms, adoptions, taken, conflicts=taken.merged(merging), merging=merging)


@command(
    "fetch",
    "取寄せ",
    needs=Role.EDITOR,
    about=Text(ja="ほかの自治体が持つひな形を取り寄せる", en="get the templates that another municipality keeps"),
)
def fetch(_call: Call, exchange: Exchange, members: Members, where: MemberName) -> Effects:
    member = members.find(where)
    if member.server == members.me().server:
        raise Mistake(ASK_OTHERS)
    exchange.expect(member.server)
    wanted = Post(kind="template.want", body={"known": list(exchange.known())}, to=member.server)
    return (Say(text=ASKED.fill(who=member.name)), wanted)


BOT: Bot = Bot(
    names=("template", "ひな形"),
    about=Text(ja="フォームをほかの自治体と分け合います。", en="Shares forms between municipalities."),
    commands=(
        help_command(lambda: BOT),
        search,
        show,
        use,
        list_,
        diff,
        update,
        publish,
        retract,
        fetch,
    ),
    listeners=(heard_index, post),
    routines=(due_counts, due_index, due_wants),
)
