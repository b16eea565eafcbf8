"""What the homeserver may answer, and what may come between devices: never anything but our own errors, or silence."""

import asyncio
import json
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.events import RoomId
from bridge.errors import Misconfigured, RateLimited, Refused, Unreachable
from bridge.matrix.attachment import seal, unseal
from bridge.matrix.crypto import Crypto, MissingKey, Undecryptable
from bridge.matrix.door import Door

pytestmark = pytest.mark.heavy

ROOM = RoomId("!room")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@asynccontextmanager
async def homeserver(answer):
    """A door to a server that answers every request with what `answer(request)` returns."""

    async def handle(request):
        await request.read()
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (host, port), *_ = runner.addresses
    try:
        async with Door(f"http://{host}:{port}", "token", user_id="@kairan:a", device_id="K") as door:
            yield door
    finally:
        await runner.cleanup()


def asked(answer, ask):
    async def story():
        async with homeserver(answer) as door:
            return await ask(door)

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (500, "{}", Unreachable),
        (502, "<html>", Unreachable),
        (200, "<html>", Unreachable),
        (200, "[]", Unreachable),
        (302, "{}", Unreachable),
        (408, "{}", Unreachable),
        (403, '{"errcode": "M_FORBIDDEN"}', Refused),
        (404, "<html>", Refused),
        (400, '{"errcode": 7}', Refused),
        (429, "{}", RateLimited),
    ],
)
def test_every_answer_that_is_not_the_one_hoped_for_has_its_blame(status, body, fault):
    with pytest.raises(fault):
        asked(lambda _: web.Response(status=status, text=body), lambda door: door.versions())


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, {"retry_after_ms": 1500}, 1.5),
        ({"Retry-After": "3"}, {"retry_after_ms": 1500}, 3),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}, 1),
        ({}, {"retry_after_ms": "soon"}, 1),
        ({}, {"retry_after_ms": -5}, 1),
        ({}, {"retry_after_ms": 10**30}, 600),
    ],
)
def test_a_pause_is_as_long_as_asked_for_and_never_absurd(headers, body, seconds):
    with pytest.raises(RateLimited) as limited:
        asked(lambda _: web.Response(status=429, text=json.dumps(body), headers=headers), lambda door: door.versions())
    assert limited.value.seconds == seconds


def test_a_number_of_ten_thousand_digits_does_not_make_a_sync_unreadable():
    body = '{"next_batch": "s1", "absurd": ' + "9" * 10_000 + "}"
    said = asked(lambda _: web.Response(text=body), lambda door: door.sync(None, timeout_ms=0))
    assert said == {"next_batch": "s1", "absurd": 0}


def test_a_server_that_is_not_there_is_unreachable():
    async def story():
        async with Door("http://127.0.0.1:9", "token", user_id="@kairan:a", device_id="K") as door:
            await door.versions()

    with pytest.raises(Unreachable):
        asyncio.run(story())


def test_ids_are_quoted_and_the_device_is_named_once_it_exists():
    paths = []

    def answer(request):
        paths.append(str(request.rel_url.raw_path_qs))
        return web.json_response({"event_id": "$e"})

    async def ask(door):
        await door.send_event(RoomId("!a/b:c#d?"), "m.room.message", content={"body": "\ud800"}, txn="t/1")
        door.device_made = True
        await door.send_event(RoomId("!r"), "m.room.message", content={}, txn="t")

    asked(answer, ask)
    assert paths == [
        "/_matrix/client/v3/rooms/%21a%2Fb%3Ac%23d%3F/send/m.room.message/t%2F1?user_id=%40kairan%3Aa",
        "/_matrix/client/v3/rooms/%21r/send/m.room.message/t?user_id=%40kairan%3Aa&device_id=K",
    ]


@pytest.mark.parametrize("known", [True, False])
def test_a_file_larger_than_the_limit_is_not_read_to_its_end(known):
    def answer(_):
        response = web.Response(body=b"x" * 200_000)
        if not known:
            response.enable_chunked_encoding()
        return response

    with pytest.raises(Refused, match="M_TOO_LARGE"):
        asked(answer, lambda door: door.download("mxc://a/b", limit=100_000))


@pytest.mark.parametrize("mxc", ["", "http://a/b", "mxc://a", "mxc://a/", "mxc:///b", "mxc://a/b/c"])
def test_an_address_that_is_no_file_is_refused_before_asking(mxc):
    with pytest.raises(Refused, match="M_INVALID_PARAM"):
        asked(lambda _: web.json_response({}), lambda door: door.download(mxc, limit=1))


@asynccontextmanager
async def crypto():
    with tempfile.TemporaryDirectory() as folder:
        async with homeserver(lambda _: web.json_response({})) as door:
            made = Crypto(door, Path(folder) / "keys", secret="s")
            await made.open()
            try:
                yield made
            finally:
                made.close()


@settings(max_examples=25, deadline=None)
@given(sync=st.dictionaries(st.sampled_from(["to_device", "device_lists", "device_one_time_keys_count"]), JSON))
def test_any_sync_is_survived(sync):
    async def story():
        async with crypto() as made:
            assert await made.receive(sync) == frozenset()

    asyncio.run(story())


FIELDS = st.sampled_from(["algorithm", "ciphertext", "sender_key", "session_id", "device_id", "m.relates_to"])
VALUES = JSON | st.sampled_from(["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2", "AAAA", "あ", "\ud800"])
CONTENT = st.dictionaries(FIELDS, VALUES)


def test_any_message_between_devices_and_any_encrypted_event_is_survived():
    async def story():
        async with crypto() as made:
            own = made.machine.account.identity_keys["curve25519"]

            @settings(max_examples=150, deadline=None)
            @given(
                content=CONTENT | JSON,
                sender=JSON | st.sampled_from(["@eve:b", "@\ud800:b"]),
                kind=st.sampled_from([0, 1, "0", None]),
            )
            def survives(content, sender, kind):
                if isinstance(content, dict) and isinstance(content.get("ciphertext"), str):
                    body = {"type": kind, "body": content["ciphertext"]}
                    olm = {**content, "algorithm": "m.olm.v1.curve25519-aes-sha2", "ciphertext": {own: body}}
                    made.machine.take({"type": "m.room.encrypted", "sender": sender, "content": olm})
                event = {"type": "m.room.encrypted", "sender": sender, "content": content, "event_id": "$e"}
                made.machine.take(event)
                with pytest.raises((MissingKey, Undecryptable)):
                    made.decrypt(event, ROOM)

            survives()

    asyncio.run(story())


@given(content=st.binary(max_size=2000))
def test_a_sealed_file_opens_to_the_same_bytes(content):
    ciphertext, info = seal(content)
    assert unseal(ciphertext, info) == content


@given(info=JSON | st.fixed_dictionaries({"v": st.just("v2"), "key": JSON, "iv": JSON, "hashes": JSON}))
def test_any_description_of_a_file_is_survived(info):
    with pytest.raises(Undecryptable):
        unseal(b"x", info)


def test_the_secrets_are_readable_by_their_owner_alone():
    async def story():
        async with crypto() as made:
            assert made.folder.stat().st_mode & 0o777 == 0o700
            assert (made.folder / "olm.db").stat().st_mode & 0o777 == 0o600

    asyncio.run(story())


def test_keys_that_another_secret_locked_are_the_operator_s_to_open():
    async def story():
        async with crypto() as made:
            again = Crypto(made._door, made.folder, secret="s")
            await again.open()
            again.close()
            with pytest.raises(Misconfigured):
                await Crypto(made._door, made.folder, secret="another").open()

    asyncio.run(story())
