"""What cfn-lint found earlier, in the person's cache folder: no text is linted twice by the same rules.

Nothing here can make a result wrong or a run fail: an entry that is not exactly as it was written does not
count, and a folder that cannot be used remembers nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from iamgen.check import cfnlint
from iamgen.check.finding import Finding, from_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

# To be raised when cfnlint.lint returns something else for the same text, or an entry is written differently.
_FORMAT = 1
_DAY = 86_400
_KEPT_DAYS, _PRUNED_EVERY_DAYS = 30, 7
_LARGEST_ENTRY = 1 << 20
_STAMP = "pruned"
# Options that say all there is to say. Any other may lead to files whose content the key knows nothing of.
_SELF_CONTAINED = (
    "configure_rules|format|ignore_bad_template|ignore_checks|ignore_templates|include_checks|include_experimental"
    "|mandatory_checks|merge_configs|non_zero_exit_code|regions|templates"
)
_CONFIG_LINE = re.compile(rf"(?:{_SELF_CONTAINED}):(?:\s.*)?|[ \t-].*|#.*|---|")


@dataclass(frozen=True)
class Memory:
    """Findings by text, for one version and configuration of cfn-lint. Without a folder it stays empty."""

    folder: Path | None
    setting: bytes = b""

    def recall(self, text: str) -> tuple[Finding, ...] | None:
        """Return what was found in `text` earlier, or None when that is not known."""
        if self.folder is None:
            return None
        try:
            entry = self._read(self.folder / self._key(text))
            return _findings_of(self._key(text), entry)
        except (OSError, ValueError):
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
    """Return the memory for cfn-lint as it is now, configured by `config_file`.

    It remembers nothing when that file pulls in others, or when the cache folder is open to other people.
    """
    try:
        config = config_file.read_bytes() if config_file else b""
    except OSError:
        return NOTHING
    folder = cache_folder()
    if not _is_self_contained(config) or not _is_private(folder):
        return NOTHING
    known = [_FORMAT, cfnlint.version(), cfnlint.downloaded_schemas().hex(), region, config.hex()]
    return Memory(folder, hashlib.sha256(json.dumps(known).encode()).digest())


def cache_folder() -> Path:
    """Return where findings are remembered; it need not exist."""
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where used

    return user_cache_path("iamgen") / "lint"


def _is_self_contained(config: bytes) -> bool:
    """Whether every line of a .cfnlintrc is plainly one that names no other file, without reading YAML."""
    try:
        lines = config.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return False
    said = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    # were the first line indented, indented lines could be options too
    indented = bool(said) and said[0] != "---" and said[0][0] in " \t-"
    return not indented and all(_CONFIG_LINE.fullmatch(line) for line in lines)


def _is_private(folder: Path) -> bool:
    """Whether nobody else can have put anything into the folder, which may not exist yet."""
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
    return tuple(from_plain(value) for value in json.loads(body))


def _seal(key: str, body: bytes) -> bytes:
    return hashlib.sha256(key.encode() + body).hexdigest().encode()


def _write(file: Path, entry: bytes) -> None:
    from tempfile import NamedTemporaryFile  # noqa: PLC0415 - 15 ms that reading does not need

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
