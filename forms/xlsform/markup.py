"""The XML inside a workbook, element by element: no entities, no document types, never more than is allowed."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat

from forms.mistake import Mistake
from forms.text import Text
from forms.xlsform.sheets import LOCKED, MOST_UNPACKED, damaged, too_large

MOST_ELEMENTS = 1_500_000
MOST_PARTS = 2_000
_CHUNK = 1 << 16

_ENTITIES = Text(
    ja="ファイルの中に危険な XML（DTD・実体の宣言）があります。Excel で新しく作ったファイルを送ってください。",
    en="The XML in this file declares entities, which is dangerous. Please send a file made anew in Excel.",
)

Opened = Callable[[str, Mapping[str, str]], None]


class Enough(Exception):  # noqa: N818 - said by a reader that has seen what it needs
    """No more of this part is wanted."""


class Package:
    """The parts of a zip file, read one after the other, all together within the limits."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        infos = archive.infolist()
        if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
            raise too_large()
        if any(info.flag_bits & 1 for info in infos):
            raise Mistake(LOCKED)
        self.names = {info.filename.lstrip("/").casefold(): info.filename for info in infos}
        self._elements = 0
        self._bytes = 0

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self.names

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part. Mistake where it is missing or damaged."""
        try:
            with self._archive.open(self.names[name.casefold()]) as part:
                while chunk := part.read(_CHUNK):
                    self._bytes += len(chunk)
                    self._check_bytes()
                    yield chunk
        except (KeyError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
            raise damaged() from None
        except Exception as error:
            if type(error).__module__ == "zlib":
                raise damaged() from None
            raise

    def _check_bytes(self) -> None:
        if self._bytes > MOST_UNPACKED:
            raise too_large()

    def read(self, name: str, *, opened: Opened, closed: Callable[[str], None], words: Callable[[str], None]) -> None:
        """Tell of the elements of a part, by their names without prefixes. Enough ends it; what follows is not parsed.

        Raises Mistake where it is no XML or declares anything.
        """
        parser = self._parser(opened, closed, words)
        try:
            for chunk in self.chunks(name):
                parser.Parse(chunk, False)  # noqa: FBT003 - expat's own
            parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError:
            raise damaged() from None

    def _parser(
        self, opened: Opened, closed: Callable[[str], None], words: Callable[[str], None]
    ) -> expat.XMLParserType:
        def start(name: str, attributes: dict[str, str]) -> None:
            self._elements += 1
            if self._elements > MOST_ELEMENTS:
                raise too_large()
            opened(name.rpartition(":")[2], attributes)

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda name: closed(name.rpartition(":")[2])
        parser.CharacterDataHandler = words
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        return parser


def _refuse(*_: object) -> None:
    raise Mistake(_ENTITIES)
