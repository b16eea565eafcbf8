"""What a person's client asks of its homeserver beside nio: plain requests, and files."""

import aiohttp
from nio import AsyncClient
from nio.crypto.attachments import decrypt_attachment

PATIENCE = aiohttp.ClientTimeout(60)


async def request(client: AsyncClient, method: str, path: str, *, body: dict | None = None) -> bytes:
    """The answer to a request that must succeed."""
    headers = {"Authorization": f"Bearer {client.access_token}"}
    async with (
        aiohttp.ClientSession(headers=headers, timeout=PATIENCE) as http,
        http.request(method, client.homeserver + path, json=body) as answer,
    ):
        said = await answer.read()
        assert answer.status < 300, (method, path, answer.status, said[:500])
        return said


async def fetch(client: AsyncClient, content: dict) -> bytes:
    """The file that a message's content names, decrypted and checked."""
    sealed = content.get("file")
    address = (sealed or content)["url"].removeprefix("mxc://")
    raw = await request(client, "GET", f"/_matrix/client/v1/media/download/{address}")
    return decrypt_attachment(raw, sealed["key"]["k"], sealed["hashes"]["sha256"], sealed["iv"]) if sealed else raw
