"""Operating system errors as messages for the user, without the path of the file."""

from __future__ import annotations

import errno
import logging

LOGGER = logging.getLogger("rnnviz.files")

_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "the server has no right to its folder",
    errno.EPERM: "the server has no right to its folder",
    errno.ENOTDIR: "a file is where the server's folder should be",
    errno.EEXIST: "a file is where the server's folder should be",
}
_HELD = (32, 33)  # Windows' ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION, both EACCES


def why(error: OSError) -> str:
    """Return why a file could not be read or written, without its path: that goes into the log."""
    LOGGER.warning("%s", error)
    return unnamed(error)


def unnamed(error: Exception) -> str:
    """Return an error in one line; of one of the system's, what is wrong and not with what file."""
    if not isinstance(error, OSError):
        return " ".join(str(error).split())
    if getattr(error, "winerror", None) in _HELD:
        return "another program has a file of it open"
    known = _WORDS.get(error.errno or 0)
    return known or error.strerror or ("" if error.filename else " ".join(str(error).split()))
