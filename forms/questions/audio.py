"""A recording: a voice message of the client, or a file."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from forms.questions.attached import AttachedFields
from forms.text import Text


class Audio(AttachedFields):
    kind: Literal["audio"]

    what: ClassVar[Text] = Text(ja="音声", en="a recording")
    formats: ClassVar[Sequence[str]] = ("ogg", "mp3", "m4a", "mp4", "wav", "webm", "flac")
