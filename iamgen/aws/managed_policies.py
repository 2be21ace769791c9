"""Read the documents of AWS managed policies, and the date at which they were fetched.

iamgen brings the documents of all AWS managed policies of a certain day. `iamgen refresh-managed-policies` fetches the
present ones into the user's cache folder, and the newer of the two is read. Both are archives as
`iamgen.aws.managed_policy_archive` describes. A policy that is in neither is not known: its document may allow or deny
anything, and nobody may take it for an empty one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iamgen.aws.data import HERE
from iamgen.aws.partitions import DEFAULT, SUPPORTED

if TYPE_CHECKING:
    from iamgen.aws.managed_policy_archive import ManagedPolicy, PolicyArchive, PolicyListOrigin

FILE = HERE / "managed_policies.zip"
"""The documents that iamgen brings. `python -m iamgen.check.generate_data` writes it anew."""
COMMAND = "iamgen refresh-managed-policies"
"""The command that fetches the documents of today."""


class ManagedPolicyDocuments(Mapping[str, Mapping[str, Any]]):
    """Documents by path and name without the first `/`, such as `job-function/ViewOnlyAccess`.

    A document is read when it is asked for.
    """

    def __init__(self, archive: PolicyArchive, own: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """`archive` has the documents; those in `own`, which an account told itself, come before them."""
        self._archive = archive
        self._own = own or {}

    def with_own(self, own: Mapping[str, Mapping[str, Any]]) -> ManagedPolicyDocuments:
        """Return these documents, with those that an account told itself in the place of the archive's."""
        return ManagedPolicyDocuments(self._archive, own)

    def origin(self, name: str) -> PolicyListOrigin | None:
        """Return where the document of a policy is from; None for one that an account told itself."""
        return None if name in self._own else self._archive.origin

    @property
    def date(self) -> str:
        """The date of the documents, such as `2026-10-27`."""
        return self._archive.origin.date

    @property
    def source(self) -> str:
        """Whom they were obtained from, as a sentence."""
        return self._archive.origin.source

    @property
    def partition(self) -> str:
        """The partition that they were published in, such as `aws`."""
        return self._archive.origin.partition

    def version(self, name: str) -> str:
        """Return the version of a policy that its document is, such as `v3`."""
        return self._archive.policies[name].version

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self._own[name] if name in self._own else self._archive.document(name)

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._archive.policies

    def __iter__(self) -> Iterator[str]:
        return iter({**self._archive.policies, **self._own})

    def __len__(self) -> int:
        return len({**self._archive.policies, **self._own})


@cache
def managed_documents(partition: str = DEFAULT) -> ManagedPolicyDocuments:
    """Return the newest documents for a partition: those that were fetched last, or those that come with iamgen.

    What iamgen brings is of the partition `aws`. It is read for other partitions as well until their own documents
    have been fetched.
    """
    from iamgen.aws.managed_policy_archive import PolicyArchive, readable_archive

    brought = PolicyArchive.of(FILE.read_bytes())
    fetched = readable_archive(refreshed_file(partition)) if partition in SUPPORTED else None
    is_newer = fetched and fetched.origin.partition == partition and fetched.origin.date >= brought.origin.date
    return ManagedPolicyDocuments(fetched if fetched and is_newer else brought)


def refreshed_file(partition: str) -> Path:
    """Return the file that the documents of a partition are fetched into, which need not be there."""
    from platformdirs import user_cache_path

    return user_cache_path("iamgen") / f"managed-policies-{partition}.zip"


def keep(policies: Iterable[ManagedPolicy], origin: PolicyListOrigin) -> Path:
    """Write fetched documents to where they are read from, and return the file. Raises OSError if that fails.

    The file is complete before it takes the place of an earlier one.
    """
    from iamgen.aws.managed_policy_archive import archived

    file = refreshed_file(origin.partition)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_bytes(archived(policies, origin))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    managed_documents.cache_clear()
    return file
