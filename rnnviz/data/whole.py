"""Files that are there whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears in one step; whoever reads meanwhile sees what was there before.

    Several may write the same file at once: each is whole, and the last one stays. A kill may leave
    a `.<name>.<letters>` beside it, for whoever owns the folder to sweep; a power cut may cost the
    file, since nothing waits for the disk. It can be read by whom the umask allows.

    Args:
        path: Where to, in a folder that is there.
        content: Of the file.

    Raises:
        OSError: If it cannot be written; what was there before is as it was, and nothing is left.
    """
    # Beside the target, so that the last step stays within one file system.
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            file.write(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
