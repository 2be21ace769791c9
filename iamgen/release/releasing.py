"""Plan a release: its version, and whether it may be made. Push its tag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from iamgen.errors import Fault, IamgenError, refuse
from iamgen.release.branches import main_branch, not_pushed
from iamgen.release.commits import Commit, commits
from iamgen.release.committer import Signature, signature
from iamgen.release.moved_folder import folders_of
from iamgen.release.push_url import pushed_remote
from iamgen.release.release_tags import TAGS, Known, known, refs
from iamgen.release.remotes import Refs, Remote, require_same_tag
from iamgen.release.repository import Repository, require_all
from iamgen.release.tags import NewTag, push_tag
from iamgen.release.versions import LEVELS, Version, following, require_version


@dataclass(frozen=True)
class Release:
    """What will be released: a commit of a branch, as a version, with the commits since the one before."""

    repository: Repository
    """The clone."""
    remote: Remote
    """The remote that the tag is pushed to."""
    branch: str
    """The branch of the commit."""
    version: Version
    """The version."""
    commit: str
    """The id of the commit."""
    previous: Version | None
    """The version before; None where this is the first."""
    previous_commit: str | None
    """The commit of the version before; None where this is the first."""
    commits: tuple[Commit, ...]
    """The commits since the version before."""
    warnings: tuple[Fault, ...]
    """What is unusual about it."""
    by: Signature
    """Who releases."""
    remote_refs: Refs
    """The remote's references when all this was found."""

    @property
    def is_there(self) -> bool:
        """Whether there is nothing new to release."""
        return self.version == self.previous


def planned(repository: Repository, asked: str, main: str | None, remote_name: str | None) -> Release:
    """Return the release that is asked for, a level or a version; the last one when there is nothing new.

    `main` is the branch that the settings name. Raises IamgenError with whatever is in its way.
    """
    named = named_version(asked)
    commit = repository.head()
    branch, _, _, by, remote = require_all(
        lambda: _branch(repository, main),
        repository.require_whole,
        repository.require_clean,
        lambda: signature(repository),
        lambda: pushed_remote(repository, remote_name),
    )
    known_tags = known(repository, remote, branch, commit)
    trunk = main_branch(repository, known_tags.remote_refs, main, branch)
    version = _releasable(known_tags, trunk, lambda: named or _next(known_tags, trunk, asked))
    previous = _before(known_tags, on_main=branch == trunk)
    since = known_tags.releases[previous] if previous else None
    if since == commit and asked in LEVELS and asked != "public" and previous and not previous.pre:
        version = previous
    folders = folders_of(repository, *([since] if since else []))
    return Release(
        repository=repository,
        remote=remote,
        branch=branch,
        version=version,
        commit=commit,
        previous=previous,
        previous_commit=since,
        commits=commits(repository.git, since, commit, folders),
        warnings=tuple(_aside(known_tags, previous, version)),
        by=by,
        remote_refs=known_tags.remote_refs,
    )


def _releasable(known: Known, trunk: str, choose: Callable[[], Version]) -> Version:
    """Return the version that is chosen. Raises IamgenError where it may not be released, or commits are not pushed."""

    def allowed() -> Version:
        version = choose()
        _require_allowed(known, trunk, version)
        return version

    unpushed, version = require_all(
        lambda: not_pushed(known.remote, known.remote_refs, known.branch, known.commit), allowed
    )
    if unpushed:
        raise IamgenError(unpushed)
    return cast("Version", version)


def named_version(asked: str) -> Version | None:
    """Return the version that a person typed, or None for a level. Raises UsageError if it is neither."""
    if asked in LEVELS:
        return None
    if asked[:1] == "v" or asked[:1].isdigit():
        return require_version(asked, "release")
    following(None, asked)  # which says what levels there are
    return None


def publish(release: Release, message: str) -> None:
    """Tag the commit and push exactly that tag. Raises IamgenError, and then there is no tag, here or there."""
    if refs(release.remote, release.branch) != release.remote_refs:
        raise refuse(release.remote.name, "has moved meanwhile: nothing was released", "look at it, and release again")
    reason = push_tag(release.remote, NewTag(str(release.version), release.commit, message, release.by))
    if reason:
        problem = f"{release.remote.name} did not take it: {reason}"
        raise refuse(f"tag {release.version}", problem, "nothing was released, and there is no tag")


def _branch(repository: Repository, main: str | None) -> str:
    branch = repository.branch()
    if branch is None:
        problem = "HEAD is on no branch, and releases are made from one"
        usual = "master" if repository.commit_of("refs/heads/main") is None else "main"
        raise refuse("git", problem, f"git switch {main or usual}")
    return branch


def _next(known: Known, trunk: str, level: str) -> Version:
    if known.branch != trunk:
        hint = f"git switch {trunk}; a hotfix of an older release names its version: iamgen release v1.2.4"
        raise refuse(known.branch, f"releases are made from {trunk}", hint)
    return following(max(known.releases, default=None), level)


def _require_allowed(known: Known, trunk: str, version: Version) -> None:
    """Refuse a version that may not be released from here. Raises IamgenError."""
    _require_new(known, version)
    last = max(known.releases, default=None)
    if last is not None:
        require_same_tag(str(last), known.local_refs, known.remote_refs, known.remote)
    if last is not None and version < last:
        _require_hotfix(known, trunk, version, last)
    elif known.branch != trunk:
        problem = f"{version} would be the newest release, and those are made from {trunk}"
        raise refuse(known.branch, problem, f"git switch {trunk}")


def _require_new(known: Known, version: Version) -> None:
    """Refuse a tag that there is, and one that never got to the remote."""
    if f"{TAGS}{version}" in known.remote_refs.ids:
        require_same_tag(str(version), known.local_refs, known.remote_refs, known.remote)
        raise refuse(f"tag {version}", f"is there already, in {known.remote.name}", "a release stays as it is")
    newest = max(known.releases, default=None)
    strays = {
        stray_version
        for stray_version in known.only_here
        if stray_version == version or newest is None or stray_version > newest
    }
    if strays:
        stray = max(strays)
        hint = f"git push {known.remote.name} {TAGS}{stray}, or git tag --delete {stray}"
        raise refuse(f"tag {stray}", f"is here but not in {known.remote.name}", hint)


def _require_hotfix(known: Known, trunk: str, version: Version, last: Version) -> None:
    """Refuse a version that is not greater than the last, but on a branch off the release that it mends."""
    mended = max(
        (release for release in known.releases if release < version or is_hotfix(version, release)), default=None
    )
    if mended is None:
        raise refuse(f"tag {version}", f"is older than every release: the last is {last}", _HIGHER)
    require_same_tag(str(mended), known.local_refs, known.remote_refs, known.remote)
    hint = f"{_HIGHER}; a hotfix of {mended} is made from a branch off it: git switch -c hotfix-{version} {mended}"
    if known.branch == trunk:
        raise refuse(f"tag {version}", f"is not greater than the last release, {last}", hint)
    newest = max(known.contained, default=None)
    if newest != mended:
        problem = f"{version} would mend {mended}, and this branch is off {newest or 'no release'}"
        raise refuse(known.branch, problem, hint)


_HIGHER = "choose a greater version"


def is_hotfix(version: Version, of: Version) -> bool:
    """Tell whether a version is a pre-release that is named after a release: v1.2.3-hotfix.1 mends v1.2.3."""
    return bool(version.pre) and version.core == of.core and not of.pre


def _before(known: Known, *, on_main: bool) -> Version | None:
    """Return the release that the notes begin after: the last one, for a hotfix the nearest in its history."""
    if on_main:
        return max(known.releases, default=None)
    return known.nearest()


def _aside(known: Known, previous: Version | None, version: Version) -> Iterator[Fault]:
    """Tell of what is no release, and of releases since the previous one, as of the hotfixes of it, that are not in
    the history: what they mend would be broken again."""
    for other in sorted(known.strange):
        hint = f"if nobody needs it: git push --delete {known.remote.name} {TAGS}{other}"
        yield Fault(f"tag {other}", "is on no commit, and left out", hint)
    contained = known.contained
    for other in sorted(known.releases.keys() - contained) if previous else ():
        if previous and previous.core <= other.core <= version.core:
            problem = f"{other} is not in this branch's history: what it changed may be missing here"
            yield Fault(known.branch, problem, f"look at: git log {known.branch}..{other}")
