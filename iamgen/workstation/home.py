"""Find where a person's AWS configuration is, and what it contains now."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from iamgen.errors import refuse
from iamgen.workstation.merge import File
from iamgen.workstation.sections import FileKind

_PLACES: Mapping[FileKind, tuple[str, str]] = {  # botocore/session.py and configprovider.py
    "config": ("AWS_CONFIG_FILE", "~/.aws/config"),
    "credentials": ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
}


class FilePath(NamedTuple):
    """One of the two files."""

    path: Path
    """Where it is."""
    shown: str
    """Its path as a person would write it."""
    kind: FileKind
    """Which of the two it is."""


def place(kind: FileKind, environment: Mapping[str, str]) -> FilePath:
    """Return where the AWS CLI looks for this file."""
    variable, usual = _PLACES[kind]
    written = environment.get(variable) or usual
    path = Path(os.path.expandvars(os.path.expanduser(written)))  # noqa: PTH111  # as botocore does it
    return FilePath(path.absolute(), written, kind)


def read(at: FilePath) -> File:
    """Return the file, without text where there is none yet; bytes that are no UTF-8 are kept. Raises IamgenError."""
    if at.path.exists() and not at.path.is_file():
        raise refuse(at.shown, "it is no regular file", "name another in the environment")
    try:
        text = at.path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        text = ""
    except (OSError, RuntimeError) as exc:  # a loop of links
        problem = f"cannot be read: {getattr(exc, 'strerror', None) or exc}"
        raise refuse(at.shown, problem, "it has to be a file of yours") from exc
    return File(text, at.shown, at.kind)


def is_open(at: FilePath) -> bool:
    """Tell whether the file is there and somebody else may read it."""
    return at.path.exists() and bool(at.path.stat().st_mode & 0o077)


def backup(at: FilePath, now: datetime) -> Path:
    """Return where a copy of the file goes: beside it, with the time (UTC) in its name, where no file exists yet."""
    stem = at.path.with_name(f"{at.path.name}.{now:%Y%m%dT%H%M%SZ}")
    names = (stem.with_name(f"{stem.name}{f'-{n}' if n > 1 else ''}.bak") for n in range(1, 1000))
    return next(name for name in names if not name.exists())


def shown(path: Path, environment: Mapping[str, str]) -> str:
    """Return the path as a person would write it, `~` being their home."""
    folder = environment.get("HOME")
    return f"~/{path.relative_to(folder)}" if folder and path.is_relative_to(folder) else str(path)
