"""The reference page of all commands, in both languages, made from their declarations."""

from bots.all import BOTS
from bots.bot import Bot
from bots.command import Command
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
    return HEAD + "".join(map(_bot, BOTS)) + "\n" + TALKING + "\n".join(rows) + "\n"


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
