"""The commands with which the writing of a form begins, and the one that compares its versions."""

from bots.arguments import FormName, Title, Version
from bots.call import Call
from bots.command import Effects, command
from bots.drafting import Manuscript, Write
from bots.drafting import sentences as s
from bots.drafting.state import document_of, written
from bots.effects import Say
from bots.form_writing import entered
from bots.ports import Forms, Manuscripts, Responses
from bots.records import Draft
from bots.roles import Role
from forms.mistake import Mistake
from forms.reading.words import clean, folded, is_blank
from forms.text import Text, lines
from forms.writing.difference import differences
from forms.writing.naming import name_of

LONGEST_TITLE = 200
LIBRARY = Text(
    ja="もとにできるフォームです。「!form new 題名 from 名前」で、写しを書き換えて使えます。",
    en="Forms to begin from. “!form new TITLE from NAME” makes a copy that you can change.",
)
LIBRARY_ROW = Text(ja="・{name}「{title}」{n}問", en="- {name} “{title}”, {n} questions")
NAMELESS = Text(
    ja="題名は、文字の入った{most}文字以内の言葉にしてください。例: !form new 避難所の状況",
    en="Please give a title in letters, at most {most} characters. E.g. !form new Shelters",
)
SAME = Text(
    ja="「{name}」の第{older}版と第{newer}版に、違いはありません。",
    en="Versions {older} and {newer} of “{name}” do not differ.",
)
ONLY_ONE = Text(ja="「{name}」には、まだ第1版しかありません。", en="“{name}” has only one version so far.")
CHANGED = Text(
    ja="「{name}」第{older}版から第{newer}版への変更", en="“{name}”, changes from version {older} to {newer}"
)
ROW = Text(ja="・{what}", en="- {what}")


@command(
    "new",
    "新規",
    needs=Role.EDITOR,
    about=Text(ja="話しながらフォームを作る", en="write a form by talking"),
    more=Text(
        ja="例: !form new 避難所の状況。今あるフォームをもとにするときは !form new 11月の健康観察 from kenko",
        en="E.g. !form new Shelters, or from a form that there is: !form new November health from health",
    ),
)
def new(
    call: Call,
    forms: Forms,
    manuscripts: Manuscripts,
    responses: Responses,
    title: Title,
    *,
    from_: FormName | None = None,
) -> Effects:
    name, words = _named(title)
    source = {"questions": []} if from_ is None else _source(forms, from_)
    document = written({**source, "name": name, "title": words})
    return entered(call, manuscripts.begin(Manuscript(name, document), s.DID_BEGIN), manuscripts, responses)


def _named(title: str) -> tuple[str, str]:
    words = " ".join(clean(title[:4000]).strip("「」『』").split())
    name = name_of(words)
    if not name or is_blank(words) or len(words) > LONGEST_TITLE:
        raise Mistake(NAMELESS.fill(most=LONGEST_TITLE))
    return name, words


def _source(forms: Forms, name: str) -> dict[str, object]:
    """What a form is begun from: one of the municipality's own, else one of the library."""
    wanted = folded(name)
    known = [d.form for d in forms.drafts() if folded(d.form.name) == wanted]
    known += [form for form in forms.library() if wanted in (folded(form.name), folded(form.title.ja))]
    form = known[0] if known else forms.get(name).form
    return Manuscript(name, document_of(form)).fields


@command(
    "library",
    "ひな形",
    needs=Role.STAFF,
    about=Text(ja="はじめから入っているフォームの一覧", en="list the forms that come with Kairan"),
)
def library(_call: Call, forms: Forms) -> Effects:
    rows = (LIBRARY_ROW.fill(name=form.name, title=form.title, n=len(form.asked)) for form in forms.library())
    return (Say(text=lines(LIBRARY, *rows)),)


@command(
    "edit",
    "編集",
    needs=Role.EDITOR,
    about=Text(ja="フォームを話しながら直す", en="change a form by talking"),
)
def edit(call: Call, forms: Forms, manuscripts: Manuscripts, responses: Responses, name: FormName) -> Effects:
    found = manuscripts.find(name)
    if found is None:
        draft = forms.get(name)
        begun = Manuscript(draft.form.name, document_of(draft.form), version=draft.version)
        return entered(call, manuscripts.begin(begun, _taken_in(draft)), manuscripts, responses)
    return entered(call, _newest(found, forms, manuscripts), manuscripts, responses)


def _newest(found: Manuscript, forms: Forms, manuscripts: Manuscripts) -> Manuscript:
    """Where a newer version was loaded meanwhile, it becomes the next step: what was there can be had back by undo."""
    draft = next((d for d in forms.drafts() if d.form.name == found.name), None)
    if draft is None or draft.version <= found.version:
        return found
    step = Write(document_of(draft.form), found.given, _taken_in(draft))
    return manuscripts.write(found, step, version=draft.version)


def _taken_in(draft: Draft) -> Text:
    return s.DID_LOAD.fill(version=draft.version)


@command(
    "copy",
    "複製",
    needs=Role.EDITOR,
    about=Text(ja="フォームを複製して直す", en="copy a form and change the copy"),
    more=Text(ja="例: !form copy kenko 12月の健康観察", en="E.g. !form copy health December health"),
)
def copy(
    call: Call, forms: Forms, manuscripts: Manuscripts, responses: Responses, name: FormName, title: Title
) -> Effects:
    named, words = _named(title)
    document = written({**_source(forms, name), "name": named, "title": words})
    return entered(call, manuscripts.begin(Manuscript(named, document), s.DID_BEGIN), manuscripts, responses)


@command(
    "diff",
    "違い",
    needs=Role.STAFF,
    about=Text(ja="版の違いを表示", en="what changed between versions"),
    more=Text(
        ja="例: !form diff kenko 1 3。版を書かないと、最新版とその前の版を比べます。",
        en="E.g. !form diff health 1 3. Without versions: the newest and the one before.",
    ),
)
def diff(
    _call: Call, forms: Forms, name: FormName, older: Version | None = None, newer: Version | None = None
) -> Effects:
    newest = forms.get(name)
    to = newest.version if newer is None else newer
    since = to - 1 if older is None else older
    if older is None and since < 1:
        raise Mistake(ONLY_ONE.fill(name=newest.form.name))
    before, after = forms.version(name, since), forms.version(name, to)
    place = {"name": newest.form.name, "older": since, "newer": to}
    rows = [ROW.fill(what=what) for what in differences(before.form, after.form)]
    return (Say(text=lines(CHANGED.fill(**place), *rows) if rows else SAME.fill(**place)),)
