"""Keep the results of cfn-lint in the person's cache folder, so that no text is linted twice by the same rules.

Nothing here can make a result wrong or a run fail: an entry that is not exactly as it was written does not
count, and a folder that cannot be used remembers nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from iamgen.check.finding import Finding, from_plain
from iamgen.check.lint import cfnlint
from iamgen.check.lint.configuration import is_self_contained

if TYPE_CHECKING:
    from collections.abc import Sequence

# To be raised when cfnlint.lint returns something else for the same text, or an entry is written differently.
_FORMAT = 1
_DAY = 86_400
_KEPT_DAYS, _PRUNED_EVERY_DAYS = 30, 7
_LARGEST_ENTRY = 1 << 20
_STAMP = "pruned"


@dataclass(frozen=True)
class Memory:
    """Findings by text, for one version and configuration of cfn-lint."""

    folder: Path | None
    """Where they are kept; None where nothing is."""
    setting: bytes = b""  # as `setting` returns it
    """What the version and the configuration are, as `setting` returns it."""

    def recall(self, text: str) -> tuple[Finding, ...] | None:
        """Return what was found in `text` earlier, or None if nothing is stored about it."""
        if self.folder is None:
            return None
        try:
            entry = self._read(self.folder / self._key(text))
            return _findings_of(self._key(text), entry)
        except (OSError, ValueError, RecursionError):
            return None

    def store(self, text: str, findings: Sequence[Finding]) -> None:
        """Remember what was found in `text`."""
        if self.folder is None:
            return
        entry = _entry(self._key(text), findings)
        if len(entry) <= _LARGEST_ENTRY:
            with suppress(OSError):
                _write(self.folder / self._key(text), entry)

    def prune(self) -> None:
        """Delete what was of no use for 30 days; once a week, as it has to look at every entry."""
        if self.folder is None:
            return
        with suppress(OSError):
            _prune(self.folder, time.time())

    def _key(self, text: str) -> str:
        return hashlib.sha256(self.setting + text.encode("utf-8", "surrogatepass")).hexdigest()

    @staticmethod
    def _read(file: Path) -> bytes:
        with file.open("rb") as entry:
            if time.time() - os.fstat(entry.fileno()).st_mtime > _DAY:
                with suppress(OSError):
                    os.utime(file)  # it was of use: the time that pruning goes by
            return entry.read(_LARGEST_ENTRY + 1)


NOTHING = Memory(None)


def open_memory(region: str, config_file: Path | None) -> Memory:
    """Return the memory for this version of cfn-lint, configured by `config_file`.

    It remembers nothing when that file pulls in others, or when the cache folder is open to other people.
    """
    try:
        config = config_file.read_bytes() if config_file else b""
    except OSError:
        return NOTHING
    folder = cache_folder()
    if not is_self_contained(config) or not _is_private(folder):
        return NOTHING
    return Memory(folder, setting(cfnlint.version(), cfnlint.downloaded_schemas(), region, config))


def setting(version: str, schemas: bytes, region: str, config: bytes) -> bytes:
    """Return what stands, in an entry's key, for all that findings depend on besides the text."""
    known = [_FORMAT, version, schemas.hex(), region, config.hex()]
    return hashlib.sha256(json.dumps(known).encode()).digest()


def cache_folder() -> Path:
    """Return where findings are remembered; it need not exist."""
    from platformdirs import user_cache_path

    return user_cache_path("iamgen") / "lint"


def _is_private(folder: Path) -> bool:
    """Whether nobody else can have put anything into the folder. The folder may not exist yet."""
    if not folder.is_absolute():
        return False
    try:
        status = folder.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _entry(key: str, findings: Sequence[Finding]) -> bytes:
    body = json.dumps([finding.plain() for finding in findings]).encode()
    return _seal(key, body) + b"\n" + body


def _findings_of(key: str, entry: bytes) -> tuple[Finding, ...]:
    """Return the findings of an entry. Raises ValueError unless it is what was written under that key."""
    seal, _, body = entry.partition(b"\n")
    if seal != _seal(key, body):
        raise ValueError("not an entry, or not all of it")
    values = json.loads(body)
    if not isinstance(values, list):
        raise ValueError("not findings")  # noqa: TRY004 - as for everything else that an entry can be
    return tuple(from_plain(value) for value in values)


def _seal(key: str, body: bytes) -> bytes:
    return hashlib.sha256(key.encode() + body).hexdigest().encode()


def _write(file: Path, entry: bytes) -> None:
    from tempfile import NamedTemporaryFile  # takes 15 ms, and reading does not need it

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, delete=False) as part:
        try:
            part.write(entry)
            part.flush()
            Path(part.name).replace(file)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _prune(folder: Path, now: float) -> None:
    stamp = folder / _STAMP
    with suppress(FileNotFoundError):
        if 0 <= now - stamp.stat().st_mtime < _PRUNED_EVERY_DAYS * _DAY:
            return
    stamp.touch()
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # another run may have been quicker
                if now - entry.stat(follow_symlinks=False).st_mtime > _KEPT_DAYS * _DAY:
                    Path(entry.path).unlink()
