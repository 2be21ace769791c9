"""Read and write the archive of AWS managed policies: a zip file from which one document is read quickly.

`index.json` says where the documents are from, of which day they are, and for each policy its version and the part that
its document is in. The parts, `0.json` and so on, hold the documents of a hundred policies each, by path and name:
that is a small file, and a document is read in milliseconds.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

_INDEX = "index.json"
_POLICIES_IN_A_PART = 100
_ALWAYS = (1980, 1, 1, 0, 0, 0)  # the earliest time that the format has: equal policies make equal files
DAMAGES = (OSError, EOFError, zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, AttributeError)
"""What can go wrong when a file is read that is no such archive, or a damaged one."""


@dataclass(frozen=True)
class ManagedPolicy:
    """An AWS managed policy."""

    name: str
    """Its path and name without the first `/`, such as `job-function/ViewOnlyAccess`."""
    version: str
    """The version that AWS gives to those who have the policy, such as `v3`."""
    document: Mapping[str, Any]
    """The document of that version."""


@dataclass(frozen=True)
class PolicyListOrigin:
    """Where the documents are from, and when they were fetched."""

    source: str
    """Whom they were obtained from, as a sentence."""
    date: str
    """The day of which they are, such as `2026-10-27`."""
    partition: str
    """The partition that they were published in, such as `aws`."""


@dataclass(frozen=True)
class IndexEntry:
    """What the index says about a policy."""

    version: str
    """The version that the document is."""
    part: int
    """The number of the part that the document is in."""


@dataclass(frozen=True, eq=False)
class PolicyArchive:
    """An archive that has been opened. Its index is read, its documents are not yet."""

    content: bytes
    """The bytes of the file, so that a file that is replaced meanwhile changes nothing."""
    origin: PolicyListOrigin
    """Where its documents are from."""
    policies: Mapping[str, IndexEntry]
    """The index: the policies by path and name."""
    _parts: dict[int, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    """The parts that have been read."""

    @classmethod
    def of(cls, content: bytes) -> PolicyArchive:
        """Return the archive that the bytes are. Raises one of `DAMAGES` if they are none."""
        written = _read(content, _INDEX)
        policies = {name: IndexEntry(version, int(part)) for name, (version, part) in written["policies"].items()}
        return cls(content, PolicyListOrigin(*(str(written[key]) for key in ("source", "date", "partition"))), policies)

    def document(self, name: str) -> Mapping[str, Any]:
        """Return the document of a policy. Raises KeyError for one that is not in the archive."""
        part = self.policies[name].part
        if part not in self._parts:
            self._parts[part] = _read(self.content, f"{part}.json")
        document: Mapping[str, Any] = self._parts[part][name]
        return document


def _read(content: bytes, name: str) -> Mapping[str, Any]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        read: Mapping[str, Any] = json.loads(archive.read(name))
        return read


def readable_archive(file: Path) -> PolicyArchive | None:
    """Return the archive in a file; None where there is no file, or any part of it is damaged."""
    try:
        archive = PolicyArchive.of(file.read_bytes())
        for name in archive.policies:
            archive.document(name)
    except DAMAGES:
        return None
    return archive


def archived(policies: Iterable[ManagedPolicy], origin: PolicyListOrigin) -> bytes:
    """Return the archive of some policies; equal policies make equal bytes."""
    ordered = sorted(policies, key=lambda policy: policy.name)
    places = range(0, len(ordered), _POLICIES_IN_A_PART)
    parts = [{item.name: item.document for item in ordered[n : n + _POLICIES_IN_A_PART]} for n in places]
    entries = {item.name: [item.version, number // _POLICIES_IN_A_PART] for number, item in enumerate(ordered)}
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        _write(archive, _INDEX, {**asdict(origin), "policies": entries})
        for number, part in enumerate(parts):
            _write(archive, f"{number}.json", part)
    return whole.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: object) -> None:
    info = zipfile.ZipInfo(name, _ALWAYS)
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    archive.writestr(info, text, zipfile.ZIP_DEFLATED, compresslevel=9)
