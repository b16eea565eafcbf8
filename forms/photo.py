"""Photographs without what they tell besides the picture: place, time, owner. No pixel changes.

JPEG, PNG and WebP are taken apart into their segments and put together again without the telling ones. Of a JPEG's
Exif only the orientation is kept, or the picture would lie on its side; what follows the picture's end is cut off.
"""

import struct
from collections.abc import Iterator

_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/"
_ORIENTATION = 0x0112
_KEPT_APPS = {0xE0, 0xE2, 0xEE}  # JFIF, colour profile, Adobe's colour transform
_PNG_BEGIN = b"\x89PNG\r\n\x1a\n"
_PNG_TOLD = frozenset((b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"))
_WEBP_TOLD = frozenset((b"EXIF", b"XMP "))
_WEBP_FLAGS = 0b0000_1100  # of the VP8X chunk: "there is Exif", "there is XMP"


class DamagedError(ValueError):
    """These bytes are no whole picture of their type."""


def without_place(content: bytes) -> bytes:
    """The same picture. Raises DamagedError; ValueError where the type is none of the three."""
    if content.startswith(b"\xff\xd8"):
        return _jpeg(content)
    if content.startswith(_PNG_BEGIN):
        return _png(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    raise ValueError("neither JPEG, PNG nor WebP")


def _jpeg(content: bytes) -> bytes:
    kept, orientation = [b"\xff\xd8"], 1
    for marker, segment in _segments(content):
        if marker == 0xE1 and segment[4:].startswith(_EXIF):
            orientation = _orientation(segment[10:]) or orientation
        if (0xE0 <= marker <= 0xEF and marker not in _KEPT_APPS) or marker == 0xFE:
            continue
        if marker == 0xE2 and not segment[4:].startswith(b"ICC_PROFILE\0"):
            continue  # several pictures in one file: the others tell the place as well
        kept.append(segment)
    if orientation != 1:
        kept.insert(1, _oriented(orientation))
    return b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, the segment whole), to the end of the picture; the data of a scan belongs to its segment."""
    at = 2
    while True:
        while content[at : at + 2] == b"\xff\xff":
            at += 1
        if content[at : at + 1] != b"\xff" or at + 2 > len(content):
            raise DamagedError("no marker")
        marker = content[at + 1]
        if marker == 0xD9:
            yield marker, content[at : at + 2]
            return
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        end = at + 2 + size
        if size < 2 or end > len(content):
            raise DamagedError("cut short")
        if marker == 0xDA:
            end = _end_of_scan(content, end)
        yield marker, content[at:end]
        at = end


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker stands: within a scan FF is followed by 00 or by a restart (D0 to D7)."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise DamagedError("no end")
        following = content[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return at
        at += 1 if following == 0xFF else 2


def _orientation(tiff: bytes) -> int | None:
    """1 to 8; None where it is not told or the directory makes no sense."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return None
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for n in range(min(count, 200)):
            tag, _type, _count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * n)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else None
    except struct.error:
        pass
    return None


def _oriented(orientation: int) -> bytes:
    """An Exif segment that says nothing else."""
    directory = struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    body = _EXIF + b"MM\0*" + struct.pack(">I", 8) + directory
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> bytes:
    kept, at = [_PNG_BEGIN], len(_PNG_BEGIN)
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 12 + size
        if end > len(content):
            raise DamagedError("cut short")
        if name not in _PNG_TOLD:
            kept.append(content[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise DamagedError("no end")


def _webp(content: bytes) -> bytes:
    kept, at = list[bytes](), 12
    whole = min(8 + int.from_bytes(content[4:8], "little"), len(content))
    while at + 8 <= whole:
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if at + 8 + size > whole:
            raise DamagedError("cut short")
        chunk = content[at:end]
        if name == b"VP8X" and size >= 10:
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_FLAGS & 0xFF]) + chunk[9:]
        if name not in _WEBP_TOLD:
            kept.append(chunk)
        at = end
    if not kept:
        raise DamagedError("no picture")
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
