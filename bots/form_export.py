"""Answers as files, for the editor's direct room; and the one place where responses become fit to leave."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from bots.arguments import ExportOf
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Attach, Person, Say
from bots.form_veil import EXPORTED_CUT_OFF, without_texts
from bots.form_workbooks import given_back
from bots.ports import Attachments, Forms, People, Publications, Responses, Town
from bots.ports_lists import Lists
from bots.records import Filling, Publication
from bots.roles import Role
from forms.export import Exported
from forms.handover.enclosed import Stored, enclosed, without_names
from forms.handover.files import Order, files, manifest
from forms.mistake import Mistake
from forms.questions.attached import MEGA, files_in
from forms.text import Lang, Text, lines
from forms.versions import together

EXPORTED = Text(ja="「{title}」の回答 {count}件です。", en="{count} answers to “{title}”.")
WITH_IT = Text(ja="上のファイルの付属です。", en="This goes with the file above.")
ENCLOSED = Text(
    ja="「{title}」に届いたファイル {files}個です（回答 {count}件）。中の list.csv に一覧があります。",
    en="{files} files that came with {count} answers to “{title}”. The list.csv among them says what is what.",
)
MAY_TELL = Text(
    ja="だれのものかは付けていませんが、ファイルの中身から分かることがあります。取り扱いにご注意ください。",
    en="They do not say whose they are, but what is in them may. Please handle them with care.",
)
NO_FILES = Text(
    ja="「{title}」には、まだファイルが届いていません。回答は「!form export {name}」で受け取れます。",
    en="No files have come with “{title}” so far. “!form export {name}” gives the answers.",
)
MOST_IN_CHAT = 50 * MEGA  # what homeservers take unless they are told otherwise, and people can still download
BY_SHELL = Text(
    ja="サーバーの担当者に「kairan export {name} --format files --into フォルダ」を頼んでください。",
    en="Please ask whoever runs the server for “kairan export {name} --format files --into FOLDER”.",
)
EXPORT_SENT = Text(ja="ファイルを個別の部屋に送りました。", en="The file was sent to your direct room.")


@command(
    "export",
    "出力",
    needs=Role.EDITOR,
    about=Text(ja="回答やフォームをファイルで受け取る", en="get the answers, or the form, as a file"),
)
def export(
    call: Call,
    forms: Forms,
    publications: Publications,
    responses: Responses,
    people: People,
    town: Town,
    attachments: Attachments,
    lists: Lists,
    wanted: ExportOf,
) -> Effects:
    name, format_ = wanted
    if format_ == "xlsform":
        return given_back(call, forms, lists, name)
    publication = publications.latest(name)
    made: Effects
    if format_ == "files":
        made = (_archive(call, publication, responses, people, town, attachments),)
    else:
        made = exported(publication, responses, people, town, wanted=format_, to=Person(call.who))
    return made if call.direct else (Say(text=EXPORT_SENT), *made)


def exported(
    publication: Publication, responses: Responses, people: People, town: Town, *, wanted: str, to: Person | None = None
) -> tuple[Attach, ...]:
    """Everything sent, for the direct room of one editor: who asked for it, else who published."""
    publication, rows = exportable(publication, responses, people)
    order = order_of(publication, rows, town, town.language())
    name = f"{publication.form.name}-{publication.number}"
    named = [(f"{name}{file.suffix}", file) for file in files(order, wanted)]
    made = [(file_name, file.mime, file.content) for file_name, file in named]
    if wanted == "rpa":
        listed = manifest(order, named, format_=wanted)
        made.append((f"{name}.manifest.json", "application/json", listed))
    pattern = EXPORTED_CUT_OFF if publication.form.privacy == "anonymous" else EXPORTED
    first = pattern.fill(title=publication.form.title, count=len(order.rows))
    return tuple(
        Attach(
            name=file_name,
            mime=mime,
            content=content,
            to=to or Person(publication.author),
            text=WITH_IT if n else first,
        )
        for n, (file_name, mime, content) in enumerate(made)
    )


def _archive(
    call: Call, publication: Publication, responses: Responses, people: People, town: Town, attachments: Attachments
) -> Attach:
    """All files that came with the answers, for who asked for them. Mistake where there are none, or too many."""
    instead = BY_SHELL.fill(name=publication.form.name)
    stored = stored_with(publication, responses, attachments, most=MOST_IN_CHAT, instead=instead)
    fit, rows = exportable(publication, responses, people)
    order = replace(order_of(fit, rows, town, town.language()), stored=stored)
    title, name = fit.form.title, fit.form.name
    if not (found := enclosed(order.form, order.rows, order.zone)):
        raise Mistake(NO_FILES.fill(title=title, name=name))
    text = ENCLOSED.fill(title=title, files=len(found), count=len(order.rows))
    (file,) = files(order, "files")
    return Attach(
        name=f"{name}-{fit.number}{file.suffix}",
        mime=file.mime,
        content=file.content,
        text=text if fit.form.privacy == "named" else lines(text, MAY_TELL),
        to=Person(call.who),
    )


def stored_with(
    publication: Publication, responses: Responses, attachments: Attachments, *, most: int, instead: Text
) -> Stored:
    """The contents of the files in all that was sent; nothing is fetched before it is asked for."""

    @cache
    def holders() -> Mapping[str, Filling]:
        sent = responses.all_sent(publication)
        values = ((filling, value) for filling in sent for value in (filling.conversation.sent or {}).values())
        return {one["sha256"]: filling for filling, value in values for one in files_in(value)}

    def content(sha256: str) -> bytes | None:
        filling = holders().get(sha256)
        return None if filling is None else attachments.content(filling, sha256)

    return Stored(content, most, instead)


def order_of(publication: Publication, rows: Sequence[Exported], town: Town, lang: Lang) -> Order:
    """What the writers of files are given."""
    return Order(
        form=publication.form,
        version=publication.version,
        number=publication.number,
        rows=tuple(rows),
        zone=town.zone(),
        lang=lang,
    )


def exportable(
    publication: Publication, responses: Responses, people: People
) -> tuple[Publication, Sequence[Exported]]:
    """What may leave of all that was sent: every export, whatever its format, is made of these.

    The publication comes with what only earlier versions asked. Raises Mistake while nothing may leave.
    """
    sent = responses.all_sent(publication)
    rows: Sequence[Exported] = [_row(filling, people) for filling in sent]
    if publication.form.privacy == "anonymous":
        rows = without_texts(publication.form, rows)
    form = together(publication.form, [filling.publication.form for filling in sent])
    if form.privacy != "named":  # a name often says whose it is
        rows = without_names(form, rows)
    return replace(publication, form=form), rows


def _row(filling: Filling, people: People) -> Exported:
    sent_at = filling.sent_at
    if sent_at is None:
        raise ValueError("only what was sent is exported")
    return Exported(
        receipt=filling.conversation.receipt,
        who=filling.user,
        sent_at=sent_at,
        municipality=people.municipality(filling.user),
        answers=filling.conversation.sent or {},
        sending=filling.sending,
    )
