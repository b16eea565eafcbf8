"""The plainest bot there is: nio, a password, a sync loop, room_send. What Kairan is measured against.

    python -m benchmarks.echo URL USER PASSWORD

It keeps nothing, checks nothing, and would lose or repeat messages at every crash.
"""

import asyncio
import sys

from nio import AsyncClient, InviteMemberEvent, MatrixRoom, RoomMessageText

FILTER = {"presence": {"types": []}, "room": {"timeline": {"limit": 50}, "ephemeral": {"types": []}}}


async def main(url: str, user: str, password: str) -> None:
    client = AsyncClient(url, user)
    await client.login(password)

    async def heard(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender != user:
            words = {"msgtype": "m.notice", "body": f"echo {event.body}"}
            await client.room_send(room.room_id, "m.room.message", words)

    async def invited(room: MatrixRoom, event: InviteMemberEvent) -> None:
        if event.membership == "invite" and event.state_key == user:
            await client.join(room.room_id)

    await client.sync(timeout=0, sync_filter=FILTER)  # what was said before is not echoed
    client.add_event_callback(heard, RoomMessageText)
    client.add_event_callback(invited, InviteMemberEvent)
    print("ready", flush=True)
    await client.sync_forever(timeout=25_000, sync_filter=FILTER)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
