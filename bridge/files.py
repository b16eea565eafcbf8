"""Files that somebody else reads while we write: whole or not at all."""

import os
from pathlib import Path


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Whoever reads it meanwhile sees the old one, also after a power cut. `private`: for its owner alone, always."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    mode = 0o600 if private else 0o666  # as `open` does: the umask takes from it
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
