"""One person filling in one form line by line, without a server: what `kairan talk` plays."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from bots.conversation import Conversation, advance, open_
from bots.effects import Effect, Refuse, Say, Submit
from bots.events import EventId, Located, RoomId, Said, Sent, UserId
from forms.form import JAPAN, Form
from forms.questions.base import Value
from forms.reading.taken import Towns
from forms.text import Lang, Text

Output = dict[Literal["say", "saved", "refused"], str | dict[str, Value]]
"""One of `{"say": words}`, `{"saved": {question id: value}}` (sent, as it would be stored), `{"refused": words}`."""

LONGEST = 64 * 1024  # characters of a line; the rest of a longer one is not looked at
_COMMAND = re.compile(r"\s*[!！]\w")
_FILE = re.compile(r"\s*\((?:ファイル|写真|音声|file|photo|audio)\) ?(?P<name>.{1,255})")
_PLACE = re.compile(
    r"\s*\((?:位置情報|location)\) ?(?P<lat>-?\d{1,2}(?:\.\d{1,9})?)\s*,\s*(?P<lon>-?\d{1,3}(?:\.\d{1,9})?)\s*"
)
_UNREADABLE = re.compile("[\ufffd\ud800-\udfff]")

NO_COMMANDS = Text(
    ja="「!」で始まるコマンドはチャットの中だけで使えます。ここでは回答を入力してください（「ヘルプ」で使い方）。",
    en='Commands that begin with "!" work only in chat. Type your answer here ("help" shows how).',
)
UNREADABLE = Text(
    ja="文字が読み取れませんでした。文字コードをUTF-8にして、もう一度入力してください。",
    en="That could not be read. Please type it again as UTF-8 text.",
)


Fetch = Callable[[str], bytes | None]
"""The content of a file that was named; None where there is none."""


class Talk:
    """A conversation that keeps its own place. `lang` may change on the way (English / 日本語).

    `(写真) entrance.jpg` sends what `fetch` finds under that name, `(位置情報) 33.2382, 131.6126` a place on the map.
    """

    def __init__(  # noqa: PLR0913 - what is at hand differs from caller to caller
        self,
        form: Form,
        *,
        today: date,
        lang: Lang = "ja",
        receipt: str = "",
        towns: Towns | None = None,
        fetch: Fetch = lambda _name: None,
    ) -> None:
        noon = datetime.combine(today, time(12), JAPAN)
        self.conversation = Conversation(
            form, lang=lang, receipt=receipt, response=form.name, now=noon, begun=noon, towns=towns
        )
        self._today, self._fetch = today, fetch
        self._heard = 0

    def start(self) -> list[Output]:
        return self._outputs(open_(self.conversation, self._today))

    def hear(self, line: str) -> list[Output]:
        """What the bot does when the person says `line`."""
        said = line.removesuffix("\n").removesuffix("\r")
        if _UNREADABLE.search(said, 0, LONGEST):
            return [self._refused(UNREADABLE)]
        if _COMMAND.match(said):
            return [self._refused(NO_COMMANDS)]
        self.conversation, effects = advance(self.conversation, self._event(said), today=self._today)
        return self._outputs(effects)

    def _event(self, said: str) -> Said | Sent | Located:
        self._heard += 1
        heard: dict[str, Any] = {
            "id": EventId(f"line-{self._heard}"),
            "room": RoomId("talk"),
            "sender": UserId("you"),
            "at": datetime.combine(self._today, time(), UTC),
            "direct": True,
        }
        if file := _FILE.fullmatch(said[:300]):
            return Sent(**heard, name=file["name"].strip(), caption="", content=self._fetch(file["name"].strip()))
        if place := _PLACE.fullmatch(said[:100]):
            return Located(**heard, lat=float(place["lat"]), lon=float(place["lon"]))
        return Said(**heard, text=said[: LONGEST + 1])

    def _refused(self, text: Text) -> Output:
        return {"refused": text[self.conversation.lang]}

    def _outputs(self, effects: Iterable[Effect]) -> list[Output]:
        return [output for effect in effects if (output := self._output(effect))]

    def _output(self, effect: Effect) -> Output | None:
        match effect:
            case Say():
                return {"say": effect.text[self.conversation.lang]}
            case Refuse():
                return self._refused(effect.text)
            case Submit():
                return {"saved": effect.answers}
            case _:
                return None


def run(talk: Talk, lines: Iterable[str], *, write: Callable[[str], None], as_json: bool = False) -> bool:
    """Play `talk` with `lines` until they end; `write` gets what to print, without the last newline.

    Returns whether the form was sent.
    """
    show = _as_json if as_json else _as_text
    show(talk.start(), write)
    for line in lines:
        show(talk.hear(line), write)
    return talk.conversation.sent is not None


def _as_json(outputs: list[Output], write: Callable[[str], None]) -> None:
    for output in outputs:
        write(json.dumps(output, ensure_ascii=False))


def _as_text(outputs: list[Output], write: Callable[[str], None]) -> None:
    for output in outputs:
        for words in output.values():
            write(_block(words) if isinstance(words, str) else f"* {json.dumps(words, ensure_ascii=False)}")


def _block(words: str) -> str:
    """`bot> ` before the first line, the others under it."""
    return "bot> " + words.replace("\n", "\n     ").replace("\n     \n", "\n\n")
