"""The reference page of all commands, in both languages, made from their declarations."""

from bots.all import BOTS
from bots.bot import Bot
from bots.command import Command
from bots.drafting.words import Word as Steer
from bots.filling.words import SPELLINGS, Word
from forms.text import Text

HEAD = """\
# コマンド一覧 / Commands

このページは宣言から作られます（`script/commands`）。/ This page is made from the declarations by `script/commands`.

部屋でも個別の部屋でも使えます。全角の「！」やコマンドの日本語名でも構いません。
`!form help publish` のように、会話の中でも説明を見られます。役割は 住民 < 職員 < 編集者 < 管理者 の順です。

They work in rooms and in direct rooms, also with the Japanese names. `!form help publish` explains one in the
conversation. Roles in rising order: resident, staff, editor, steward.
"""
TALKING = """\
## 回答中に使えることば / Words while answering

そのまま答えとして送りたいときは「」で囲みます（例: 「保存」）。/ In quotation marks they are answers: "save".

| | ことば / words | |
|---|---|---|
"""
WRITING = """\
## フォームを書くときに使えることば / Words while writing a form

`!form new` や `!form edit` のあと、個別の部屋で使います。それ以外は質問文として加わります。
数字は質問の番号です。同じことばを質問文にしたいときは「」で囲みます。

After `!form new` or `!form edit`, in your direct room. Everything else is added as a question.
Numbers are those of questions. In quotation marks a word is a question.

| | ことば / words | |
|---|---|---|
"""
WRITTEN = {
    Steer.ADD: (Text(ja="質問を加える", en="add a question"), "追加 …、add …"),
    Steer.CHANGE: (Text(ja="質問文を直す", en="reword a question"), "変更 3 …、change 3 …"),
    Steer.KIND: (Text(ja="種類を直す", en="correct the kind"), "日付、3を日付に、date、kind 3 date"),
    Steer.OPTIONS: (
        Text(ja="選択肢、表の列を決める（次の行から）", en="set options or columns (lines below)"),
        "選択肢 3、列 3、options 3、columns 3",
    ),
    Steer.ROWS: (Text(ja="表の行を決める（次の行から）", en="set the rows of a table (lines below)"), "行 3、rows 3"),
    Steer.MOVE: (Text(ja="順番を変える", en="change the order"), "3を1へ移動、move 3 to 1"),
    Steer.REMOVE: (Text(ja="削除する", en="remove"), "削除 3、remove 3"),
    Steer.COPY: (Text(ja="複製する", en="copy"), "複製 3、copy 3"),
    Steer.REQUIRED: (Text(ja="必須にする", en="must be answered"), "必須 3、required 3"),
    Steer.OPTIONAL: (Text(ja="任意にする", en="may be left out"), "任意 3、optional 3"),
    Steer.HINT: (Text(ja="ヒントを付ける", en="add a hint"), "ヒント 3 …、hint 3 …"),
    Steer.WHEN: (
        Text(ja="聞く条件を決める", en="say when it is asked"),
        "条件 3 質問2が『はい』のときだけ、condition 3 only if 2 is yes",
    ),
    Steer.TRANSLATE: (Text(ja="英語を付ける", en="give the English"), "翻訳 3 …、translate 3 …"),
    Steer.TITLE: (Text(ja="題名を直す", en="change the title"), "題名 …、title …"),
    Steer.ABOUT: (Text(ja="案内文を付ける", en="add an introduction"), "案内文 …、about …"),
    Steer.LIST: (Text(ja="全体を見る", en="see the whole form"), "一覧、list"),
    Steer.PREVIEW: (Text(ja="試しに答える", en="try it"), "プレビュー、preview"),
    Steer.UNDO: (Text(ja="元に戻す（3回分）", en="undo (three steps)"), "元に戻す 3、undo 3"),
    Steer.REDO: (Text(ja="やり直す", en="do it again"), "やり直す、redo"),
    Steer.CHECK: (Text(ja="おかしな所を探す", en="look for mistakes"), "確認、check"),
    Steer.PUBLISH: (Text(ja="配る", en="publish"), "公開 行政DX 明日 17:00、publish ROOM tomorrow 17:00"),
    Steer.END: (Text(ja="やめる（「下書き」で戻る）", en="stop (“draft” goes on)"), "終わる、end"),
    Steer.HELP: (Text(ja="使い方", en="help"), "ヘルプ、help"),
    Steer.JAPANESE: (Text(ja="日本語にする", en="Japanese from now on"), "日本語、japanese"),
    Steer.ENGLISH: (Text(ja="英語にする", en="English from now on"), "english、英語"),
}
ABOUT = {
    Word.BACK: Text(ja="前の質問に戻る", en="back to the question before"),
    Word.LIST: Text(ja="ここまでの回答を見る", en="see the answers so far"),
    Word.FIX: Text(ja="回答を直す（「修正 3」は3番）", en="correct an answer (“change 3”: the third)"),
    Word.SKIP: Text(ja="任意の質問を飛ばす", en="pass over an optional question"),
    Word.SAVE: Text(ja="保存して休む", en="keep it and take a break"),
    Word.STOP: Text(ja="やめる（確認します）", en="stop (you are asked first)"),
    Word.RESUME: Text(ja="続きから答える", en="go on"),
    Word.HELP: Text(ja="使い方", en="help"),
    Word.SEND: Text(ja="確認した回答を送る", en="send the answers you checked"),
    Word.KEEP: Text(ja="前の回答のままにする", en="leave the earlier answer as it is"),
    Word.JAPANESE: Text(ja="日本語にする", en="Japanese from now on"),
    Word.ENGLISH: Text(ja="英語にする", en="English from now on"),
}


def reference() -> str:
    """The page as Markdown."""
    rows = [f"| {about.ja} | {'、'.join(SPELLINGS[word])} | {about.en} |" for word, about in ABOUT.items()]
    talking = "\n" + TALKING + "\n".join(rows) + "\n"
    rows = [f"| {about.ja} | {words} | {about.en} |" for about, words in WRITTEN.values()]
    return HEAD + "".join(map(_bot, BOTS)) + talking + "\n" + WRITING + "\n".join(rows) + "\n"


def _bot(bot: Bot) -> str:
    head = f"\n## !{bot.name}（!{bot.names[-1]}）\n\n{bot.about.ja} / {bot.about.en}\n\n"
    table = "| 書き方 / usage | 日本語 | English | だれが / who | 別名 / also |\n|---|---|---|---|---|\n"
    notes = "".join(_note(command) for command in bot.commands)
    return head + table + "".join(_row(bot, command) for command in bot.commands) + notes


def _row(bot: Bot, command: Command) -> str:
    cells = (f"`{command.usage(bot.name).ja}`", command.about.ja, command.about.en, _who(command), _also(command))
    return "| " + " | ".join(map(_cell, cells)) + " |\n"


def _cell(words: str) -> str:
    return words.replace("|", r"\|")


def _who(command: Command) -> str:
    return f"{command.needs.title.ja} / {command.needs.title.en}"


def _also(command: Command) -> str:
    return "、".join(command.names[1:])


def _note(command: Command) -> str:
    return f"\n**{command.name}**: {command.more.ja} / {command.more.en}\n" if command.more else ""
