"""List the release tags that the clone and the remote have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from iamgen.release.branches import USUAL
from iamgen.release.remotes import Refs, Remote, local_tags, upstream
from iamgen.release.repository import Repository
from iamgen.release.shadows import require_no_shadows, shadow_patterns
from iamgen.release.versions import Version, parse

TAGS = "refs/tags/"


@dataclass(frozen=True)
class Known:
    """What is known about a clone and its remote before a release."""

    repository: Repository
    """The clone."""
    remote: Remote
    """The remote."""
    branch: str
    """The branch that is checked out."""
    commit: str
    """The id of the commit that is checked out."""
    local_refs: Refs
    """The references of the clone."""
    remote_refs: Refs
    """The references of the remote."""
    strange: Collection[Version]
    """The tags of the remote that are named as releases are, and lead to no commit."""

    @cached_property
    def releases(self) -> dict[Version, str]:
        """Every release with its commit. A tag that the remote does not have does not count."""
        return {
            version: commit for version, commit in _versions(self.remote_refs).items() if version not in self.strange
        }

    @property
    def only_here(self) -> Collection[Version]:
        """What is named as releases are and is not in the remote."""
        return _versions(self.local_refs).keys() - _versions(self.remote_refs).keys()

    @cached_property
    def contained(self) -> Collection[Version]:
        """The releases that the commit has in its history."""
        return [version for version, commit in self.releases.items() if commit in self._parents]

    @cached_property
    def _parents(self) -> dict[str, list[str]]:
        return self.repository.parents(self.commit)

    def nearest(self) -> Version | None:
        """Return the release in the commit's history that has the fewest commits after it; None if there is no release.

        The greatest where it is several. Releases that can only be reached over another release are farther away than
        that one, so that git counts for few of them.
        """
        at = {commit: version for version, commit in sorted(self.releases.items())}
        reached, waiting = {self.commit}, [self.commit]
        near: list[str] = []
        while waiting:
            commit = waiting.pop()
            if commit in at:
                near.append(commit)
                continue
            further = [parent for parent in self._parents[commit] if parent not in reached]
            reached.update(further)
            waiting += further
        distance = {at[commit]: -self.repository.count(self.commit, commit) for commit in near}
        return max(distance, key=lambda version: (distance[version], version), default=None)


def known(repository: Repository, remote: Remote, branch: str, commit: str) -> Known:
    """Return what is known, with the releases of the remote fetched.

    Raises IamgenError where references have names that git may take for something else.
    """
    remote_refs = refs(remote, branch)
    require_no_shadows(remote_refs, remote, (branch, *USUAL))
    here = local_tags(repository)
    missing = [f"{TAGS}{version}" for version in _versions(remote_refs) if f"{TAGS}{version}" not in here.ids]
    remote.fetch(*missing)
    versions = _versions(remote_refs)
    not_commits = repository.other_than_commits(versions.values())
    strange = [version for version, identity in versions.items() if identity in not_commits]
    own = local_tags(repository) if missing else here
    return Known(repository, remote, branch, commit, own, remote_refs, strange)


def refs(remote: Remote, branch: str) -> Refs:
    """Return what a release depends on there."""
    own, ref = upstream(remote.repository, branch)
    heads = {f"refs/heads/{name}" for name in (branch, *USUAL)} | ({ref} if own == remote.name else set())
    return remote.refs(*sorted(heads), f"{TAGS}v*", *shadow_patterns(remote.name, (branch, *USUAL)))


def _versions(known_refs: Refs) -> dict[Version, str]:
    pairs = ((parse(name), known_refs.commits[f"{TAGS}{name}"]) for name in known_refs.names(TAGS))
    return {version: commit for version, commit in pairs if version}
