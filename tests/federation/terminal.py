"""A terminal on this machine, for pages whose commands are typed: what is adapted is said here, and nothing else is."""

import io
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from bridge.cli import main

ROOT = Path(__file__).parents[2]
CLEAR = b"\x1b[2J"
ENTER = "mkdir -p practice && cd practice && PATH=/opt/kairan/.venv/bin:$PATH"


class Walk:
    """One terminal, and others for what stays in them."""

    def __init__(self, folder, lent, where):
        self.folder, self.lent, self.where = folder, lent, where
        self.base = {"tsukuba": free_ports(), "beppu": free_ports()}
        self.stack = ExitStack()
        self.practice = folder / "practice"
        (folder / "bin").mkdir()
        for name, run in (
            ("kairan", "-m bridge"),
            ("register_new_matrix_user", "-m synapse._scripts.register_new_matrix_user"),
        ):
            (folder / "bin" / name).write_text(f'#!/bin/sh\nexec {sys.executable} {run} "$@"\n')
            (folder / "bin" / name).chmod(0o755)

    def adapted(self, line):
        """Other ports, this program, and the database at hand; nothing else."""
        for town, first in (("tsukuba", 8448), ("beppu", 8548)):
            for behind in (0, 3):
                line = re.sub(rf"\b{first + behind}\b", str(self.base[town] + behind), line)
        line = line.replace("/opt/kairan/.venv/bin", str(self.folder / "bin")).replace("/opt/kairan", str(ROOT))
        return line.replace("--postgres dbname=beppu", f'--postgres "{self.where}"')

    def types(self, line, seconds=60):
        """(exit code, output). Kairan's own commands in this process: the shell would start Python anew for each."""
        if line.startswith("kairan "):
            return self.runs(shlex.split(self.adapted(line))[1:])
        done = subprocess.run(["sh", "-c", f"{self.adapted(ENTER)}; {self.adapted(line)}"], cwd=self.folder, text=True,
                              env=self.environment(), capture_output=True, timeout=seconds, check=False)  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    def runs(self, words):
        out = io.StringIO()
        with chdir(self.practice), redirect_stdout(out), redirect_stderr(out):
            code = main(words)
        return code, out.getvalue()

    def environment(self):
        plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return plain | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(self.lent)))}

    @contextmanager
    def left_running(self, line):
        log = (self.folder / f"{line.partition('/')[0]}.log").open("ab")
        process = subprocess.Popen(["sh", "-c", f"{self.adapted(ENTER)}; exec {self.adapted(line)}"], cwd=self.folder,
                                   env=self.environment(), stdout=log, stderr=log, start_new_session=True)  # fmt: skip
        try:
            yield process
        finally:
            with_all(process.pid, signal.SIGINT)  # Ctrl-C
            try:
                process.wait(30)
            finally:
                with_all(process.pid, signal.SIGKILL)
                log.close()

    def until_well(self, line, seconds=60):
        """What the page says is so soon."""
        end = time.monotonic() + seconds
        while True:
            code, said = self.types(line)
            if code == 0:
                return said
            assert time.monotonic() < end, said
            time.sleep(1)

    def watches(self, line):
        """For a while, then Ctrl-C."""
        process = subprocess.Popen(["sh", "-c", f"{self.adapted(ENTER)}; exec {self.adapted(line)}"], cwd=self.folder,
                                   env=self.environment(), stdout=subprocess.PIPE, start_new_session=True)  # fmt: skip
        said = b""
        while said.count(CLEAR) < 2:
            said += os.read(process.stdout.fileno(), 65_536)
        os.killpg(process.pid, signal.SIGINT)
        said += process.communicate(timeout=20)[0]
        assert process.returncode == 0
        return said.decode()

    def logs(self):
        return "\n".join(f"{path.name}: {path.read_text()[-3000:]}" for path in self.folder.glob("*.log"))


def with_all(group, how):
    with suppress(ProcessLookupError):
        os.killpg(group, how)


def free_ports():
    """The first of five in a row."""
    for first in range(21_000 + os.getpid() % 500 * 10, 31_000, 10):
        with ExitStack() as held:
            try:
                for port in range(first, first + 5):
                    one = held.enter_context(socket.socket())
                    one.bind(("127.0.0.1", port))
            except OSError:
                continue
            if first not in _given:
                _given.add(first)
                return first
    raise AssertionError("no ports")


_given: set[int] = set()
