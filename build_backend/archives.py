"""Writes archives anew so that they say what is in them, and not when, by whom and under which umask they were made."""

from __future__ import annotations

import gzip
import tarfile
import time
import zipfile
from pathlib import Path

EARLIEST = 315_532_800
"""The beginning of 1980: a ZIP archive knows no earlier time."""

_REGULAR, _UNIX = 0o100000, 3


def normalize_sdist(path: Path, date: int) -> None:
    """Write a .tar.gz anew: its members by name, all of that time, without an owner, as git would check them out."""
    packed = path.with_suffix(".new")
    with (
        tarfile.open(path) as archive,
        packed.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=date) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as written,
    ):
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            content = archive.extractfile(member) if member.isfile() else None
            member.mtime, member.uid, member.gid, member.uname, member.gname = date, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() else _mode(member.mode)
            member.pax_headers = {}
            written.addfile(member, content)
    packed.replace(path)


def normalize_wheel(path: Path, date: int) -> None:
    """Write a .whl anew: its members in their order, all of that time, as git would check them out."""
    packed = path.with_suffix(".new")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        for member in archive.infolist():
            copy = zipfile.ZipInfo(member.filename, time.gmtime(date)[:6])
            copy.compress_type = zipfile.ZIP_DEFLATED
            copy.create_system = _UNIX  # whatever the machine is: only there a mode means something
            copy.external_attr = (_REGULAR | _mode(member.external_attr >> 16)) << 16
            written.writestr(copy, archive.read(member))
    packed.replace(path)


def _mode(mode: int) -> int:
    """Return the nearest of the two modes that git knows for a file."""
    return 0o755 if mode & 0o100 else 0o644
