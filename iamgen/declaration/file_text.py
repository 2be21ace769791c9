"""Read a file that somebody wrote by hand, up to a size, and parse one of Python."""

from __future__ import annotations

import ast
import errno
import os
from functools import lru_cache
from pathlib import Path

LARGEST_FILE = 1 << 24
"""Bytes of a file that somebody wrote by hand; /dev/zero has more."""


def read_limited(file: Path) -> bytes:
    """Return what is in a file. Raises OSError when it cannot be read, and EFBIG when it has no end or nearly none."""
    with file.open("rb") as stream:
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(file))
    return content


@lru_cache(maxsize=8)
def tree(file: str) -> ast.Module:
    """Return the syntax tree of a file; an empty one where it cannot be read."""
    try:
        return ast.parse(read_limited(Path(file)))
    except (OSError, SyntaxError, ValueError, MemoryError, RecursionError):
        return ast.Module(body=[], type_ignores=[])  # the reader of the file says what is wrong with it
