"""Three real Kairans are killed at random moments while one is voted in and revoked again: one list, no vote lost."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab
ROOT = Path(__file__).parents[2]


def test_all_hold_one_list_and_no_vote_is_lost_though_bots_are_killed_in_mid_vote():
    run = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.alliance", "--synapses", "3", "--kills", "6", "--seed", "7"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        told = run.communicate()[0]
    finally:
        run.kill()
    assert run.returncode == 0, told
    assert told.splitlines()[-1] == "votes lost 0 twice 0 of 4, lists 1"
