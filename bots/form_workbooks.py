"""Forms as Excel files: one that was loaded given back, and a blank one to fill in."""

from bots.arguments import BlankFile
from bots.call import Call
from bots.command import Effects, command
from bots.effects import Attach, Person, Say
from bots.ports import Forms
from bots.ports_lists import Lists
from bots.roles import Role
from forms.text import Text
from forms.xlsform.template import NAME, blank
from forms.xlsform.writing import MIME, write_xlsx

GIVEN_BACK = Text(
    ja="フォーム「{title}」（第{version}版）の Excel ファイルです。XLSForm 対応ソフトでも使えます。"
    "直したら「!form load」と書き添えて送ってください。",
    en="“{title}” (version {version}) as an Excel file, which is an XLSForm. Change it and send it with the caption "
    "“!form load”.",
)
BESIDE = Text(
    ja="上のブックが使う一覧です。ほかのソフトでは、ブックと同じフォルダに {name} の名前で置いてください。",
    en="A list of the workbook above. For other software, put it beside the workbook as {name}.",
)
BLANK = Text(
    ja="フォームを書くための Excel ファイルです。書けたら「!form load」と書き添えて送ってください。",
    en="An Excel file to write a form in. Send it with the caption “!form load” when you are done.",
)
SENT = Text(ja="ファイルを個別の部屋に送りました。", en="The file was sent to your direct room.")


def given_back(call: Call, forms: Forms, lists: Lists, name: str) -> Effects:
    """The newest version of a form as a workbook, and the lists that it draws from as CSV files."""
    draft = forms.get(name)
    words = GIVEN_BACK.fill(title=draft.form.title, version=draft.version)
    files = {table.file: lists.csv(table.sha256) for table in draft.form.tables.values()}
    beside = tuple(
        Attach(name=name, mime="text/csv", content=content, text=BESIDE.fill(name=name), to=Person(call.who))
        for name, content in files.items()
        if content is not None
    )
    return (*_sent(call, f"{draft.form.name}.xlsx", write_xlsx(draft.form), words), *beside)


@command(
    "template",
    "様式",
    needs=Role.STAFF,
    about=Text(ja="フォームを書くための Excel ファイルを受け取る", en="get a blank Excel file to write a form in"),
    more=Text(
        ja="書いたファイルは「!form load」と書き添えて送ります。",
        en="Send the finished file with the caption “!form load”.",
    ),
)
def template(call: Call, _file: BlankFile | None = None) -> Effects:
    return _sent(call, NAME, blank(), BLANK)


def _sent(call: Call, name: str, content: bytes, words: Text) -> Effects:
    file = Attach(name=name, mime=MIME, content=content, text=words, to=Person(call.who))
    return (file,) if call.direct else (Say(text=SENT), file)
