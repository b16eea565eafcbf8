"""`kairan check` on a real homeserver: what is right, and in one line what is not."""

import asyncio
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.lab


def checked(folder):
    """(exit code, lines) of the command."""
    ran = subprocess.run(
        [sys.executable, "-m", "bridge", "check", "--config", str(folder / "kairan.toml")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr + ran.stdout, ran.stderr
    return ran.returncode, ran.stdout.splitlines()


@pytest.fixture
def copied(kairan, tmp_path):
    """The settings alone, as they are before the first `kairan run`."""
    for name in ("kairan.toml", "registration.yaml"):
        shutil.copy(kairan.folder / name, tmp_path / name)
    return tmp_path


def test_all_is_well_beside_a_running_kairan(kairan):
    code, lines = checked(kairan.folder)
    assert code == 0, lines
    assert all(line.startswith("✓ ") for line in lines), lines
    told = "\n".join(lines)
    for what in ("homeserver", "clock skew", "registration", "device", "cross-signing", "database", "font"):
        assert what in told
    assert kairan.homeserver.as_token not in told


def test_a_wrong_token_is_said_in_one_line(kairan, copied):
    file = copied / "registration.yaml"
    file.write_text(file.read_text("utf-8").replace(kairan.homeserver.as_token, "wrong"), "utf-8")
    code, lines = checked(copied)
    assert code == 1
    (wrong,) = [line for line in lines if line.startswith("✗") and "registration" in line]
    assert "M_UNKNOWN_TOKEN" in wrong
    assert "app_service_config_files" in wrong
    ran = subprocess.run([sys.executable, "-m", "bridge", "run", "--config", str(copied / "kairan.toml")],
                         capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    assert ran.returncode == 1
    assert "app_service_config_files" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_homeserver_that_is_down_is_said_in_one_line_and_waited_for(kairan):
    async def story():
        kairan.end()
        await kairan.homeserver.stop()
        code, lines = checked(kairan.folder)
        assert code == 1
        (wrong,) = [line for line in lines if line.startswith("✗")]
        assert kairan.homeserver.client_url in wrong
        kairan.spawn()
        await asyncio.sleep(2)
        assert kairan.running
        await kairan.homeserver.start()
        await kairan.start()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("command", "change", "complaint"),
    [
        ("run", ("[kairan]", "[kairan"), "kairan.toml"),
        ("run", ('timezone = "Asia/Tokyo"', 'timezone = "Tokyo"'), "timezone"),
        ("check", ('listen = "127.0.0.1:0"', 'listening = "127.0.0.1:0"'), "listening"),
    ],
)
def test_a_mistake_in_the_settings_is_said_in_one_line(copied, command, change, complaint):
    file = copied / "kairan.toml"
    file.write_text(file.read_text("utf-8").replace(*change), "utf-8")
    ran = subprocess.run([sys.executable, "-m", "bridge", command, "--config", str(file)],
                         capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    assert ran.returncode == 1
    (line,) = ran.stderr.splitlines()
    assert complaint in line
