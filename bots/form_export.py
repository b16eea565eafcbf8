"""Answers as files, for the editor's direct room; and the one place where responses become fit to leave."""

from collections.abc import Sequence
from dataclasses import replace

from bots.arguments import ExportOf
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Attach, Person, Say
from bots.form_veil import EXPORTED_CUT_OFF, without_texts
from bots.form_workbooks import given_back
from bots.ports import Forms, People, Publications, Responses, Town
from bots.records import Filling, Publication
from bots.roles import Role
from forms.export import Exported
from forms.handover.files import Order, files, manifest
from forms.text import Lang, Text
from forms.versions import together

EXPORTED = Text(ja="「{title}」の回答 {count}件です。", en="{count} answers to “{title}”.")
WITH_IT = Text(ja="上のファイルの付属です。", en="This goes with the file above.")
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
    wanted: ExportOf,
) -> Effects:
    name, format_ = wanted
    if format_ == "xlsform":
        return given_back(call, forms, name)
    publication = publications.latest(name)
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
