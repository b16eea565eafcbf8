"""What a file is, by its content; what its name says counts only between formats that look alike inside."""

from collections.abc import Collection, Sequence
from typing import Literal

FileType = Literal[
    "jpeg", "png", "webp", "gif", "heic", "pdf", "docx", "xlsx", "pptx", "csv", "txt", "zip",
    "ogg", "mp3", "m4a", "wav", "webm", "flac", "mp4",
]  # fmt: skip

MIME: dict[str, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "heic": "image/heic",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "csv": "text/csv",
    "txt": "text/plain",
    "zip": "application/zip",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "webm": "audio/webm",
    "flac": "audio/flac",
    "mp4": "video/mp4",
}
PICTURES: Sequence[FileType] = ("jpeg", "png", "webp")
"""What photographs may come as."""
_OFFICE = {"docx": b"word/", "xlsx": b"xl/", "pptx": b"ppt/"}
_MACROS = b"vbaProject"
_BEGINS: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
    (b"fLaC", "flac"),
    (b"\x1a\x45\xdf\xa3", "webm"),
)
_HEIC = frozenset((b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"))


def type_of(name: str, content: bytes) -> FileType | None:
    """The type of a file; None for all that we do not know, and for office files with macros."""
    if content[:4] == b"PK\x03\x04":
        return _packed(name, content)
    if content[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(content[8:12])  # type: ignore[return-value]
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "heic" if brand in _HEIC else "m4a" if brand in (b"M4A ", b"M4B ") else "mp4"
    known = next((type_ for begin, type_ in _BEGINS if content.startswith(begin)), None)
    return known or _written(name, content)


def _packed(name: str, content: bytes) -> FileType | None:
    """Office files are archives; one that holds macros is refused under whatever name."""
    if _MACROS in content:
        return None
    ending = name.rpartition(".")[2].casefold()
    if ending in _OFFICE:
        return ending if _OFFICE[ending] in content else None  # type: ignore[return-value]
    return "zip" if ending == "zip" else None


def _written(name: str, content: bytes) -> FileType | None:
    if b"\0" in content[:65_536] or not content:
        return None
    ending = name.rpartition(".")[2].casefold()
    return ending if ending in ("csv", "txt") else None  # type: ignore[return-value]


def types_shown(types: Collection[str]) -> str:
    """JPEG, PNG."""
    return ", ".join(type_.upper() for type_ in types)
