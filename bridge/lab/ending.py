"""How the lab's programs come to their end: asked first, made to after a while."""

import asyncio
import signal
import subprocess
from contextlib import suppress

from bridge.clock import monotonic

_TICK = 0.02


async def end_process(process: subprocess.Popen[bytes], how: signal.Signals, *, patience: float) -> None:
    """Send it the signal, SIGKILL after `patience` seconds; its standard input, which kept it alive, is closed last."""
    with suppress(ProcessLookupError):
        process.send_signal(how)
    until = monotonic() + patience
    while process.poll() is None:
        if monotonic() > until:
            process.kill()
        await asyncio.sleep(_TICK)
    assert process.stdin
    process.stdin.close()
