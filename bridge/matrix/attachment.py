"""Files in encrypted rooms: sealed before they are uploaded, opened after they are fetched (AES-CTR, version v2)."""

from typing import Any

from nio.crypto.attachments import decrypt_attachment, encrypt_attachment

from bridge.matrix.crypto import Undecryptable
from bridge.matrix.machine import HOSTILE
from bridge.matrix.wire import Json


def seal(content: bytes) -> tuple[bytes, Json]:
    """What to upload, and the `file` object of the message; its `url` is still to be put in."""
    ciphertext, info = encrypt_attachment(content)
    return ciphertext, dict(info)


def unseal(ciphertext: bytes, info: Any) -> bytes:
    """The file, given the message's `file` object. Raises Undecryptable for any other bytes than were sent."""
    try:
        if info["v"] != "v2" or info["key"]["alg"] != "A256CTR":
            raise Undecryptable("another cipher")
        opened = decrypt_attachment(ciphertext, info["key"]["k"], info["hashes"]["sha256"], info["iv"])
    except (*HOSTILE, OverflowError):
        raise Undecryptable("a damaged file") from None
    return bytes(opened)
