"""Plan a promotion of a channel from one release to another, and move the channel's branch."""

from __future__ import annotations

from dataclasses import dataclass

from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.release.audit import after_the_last, audit_tag, moved_by_hand, only_here, past
from iamgen.release.branches import USUAL, on_main
from iamgen.release.commits import Commit, commits
from iamgen.release.committer import Signature, signature
from iamgen.release.moved_folder import folders_of
from iamgen.release.push_url import pushed_remote
from iamgen.release.remotes import Refs, Remote, local_tags, require_same_tag
from iamgen.release.repository import Repository, require_all
from iamgen.release.shadows import require_no_shadows, shadow_patterns
from iamgen.release.signatures import signature_warnings
from iamgen.release.tags import BranchMove, NewTag, push_tag
from iamgen.release.versions import Version, parse, require_version
from iamgen.similar_names import did_you_mean

_TAGS, _HEADS = "refs/tags/", "refs/heads/"


@dataclass(frozen=True)
class Promotion:
    """What will be promoted."""

    repository: Repository
    """The clone that it is promoted from."""
    remote: Remote
    """Where to."""
    channel: str
    """The channel that gets it."""
    version: Version
    """The release."""
    commit: str
    """The release's commit."""
    now: str | None
    """The commit that the channel has, None before the first promotion."""
    now_version: Version | None
    """The release that the channel has, None where its commit is none."""
    comes: tuple[Commit, ...]
    """The commits that the channel will have and does not have now."""
    goes: tuple[Commit, ...]
    """The commits that the channel has now and will not have."""
    by: Signature
    """The person who promotes, and when."""
    on_main: bool | None
    """Whether the remote's main branch has the release's commit; None where that cannot be told."""
    warnings: tuple[Fault, ...]
    """What is to be said beforehand."""

    @property
    def branch(self) -> str:
        """The channel's branch."""
        return f"env/{self.channel}"

    @property
    def audit_tag(self) -> str:
        """The tag that will say who promoted what and when."""
        return audit_tag(self.channel, self.by, self.version)

    @property
    def is_there(self) -> bool:
        """Whether the channel has it already."""
        return self.now == self.commit

    @property
    def takes_back(self) -> bool:
        """Whether the channel has something now that the release does not have in its history."""
        return self.now is not None and not self.repository.contains(self.commit, self.now)

    @property
    def is_rollback(self) -> bool:
        """Whether it takes the channel back: to what it came from, or to an older version on another branch."""
        if self.now is None or not self.takes_back:
            return False
        older = self.now_version is not None and self.version < self.now_version
        return older or self.repository.contains(self.now, self.commit)

    @property
    def now_name(self) -> str:
        """What the channel has, as a person calls it."""
        return str(self.now_version or (self.now or "nothing")[:10])


def require_channel(channel: str, channels: tuple[str, ...]) -> None:
    """Refuse a channel that there is not. Raises UsageError."""
    if channel not in channels:
        hint = did_you_mean(channel, channels, f"there is {', '.join(channels)}; Settings(channels=…) declares more")
        raise UsageError([Fault("promote", f"there is no channel {channel!r}", hint)])


@dataclass(frozen=True)
class PromotionRequest:
    """What somebody wants to be promoted, and where to."""

    channel: str
    """The channel that is to have it."""
    version_text: str
    """The version, as it was typed."""
    remote: str | None = None
    """The remote's name, None for the usual one."""
    main: str | None = None
    """The main branch, where the settings name it."""


def planned(repository: Repository, request: PromotionRequest) -> Promotion:
    """Return the promotion of a version to a channel. Raises IamgenError with whatever is in its way."""
    by, remote = _able(repository, request)
    version, channel = require_version(request.version_text, "promote"), request.channel
    remote_refs = _remote_refs(remote, request)
    commit = _tagged(repository, remote, remote_refs, version)
    now = _now(remote, remote_refs, f"env/{channel}")
    folders = folders_of(repository, commit, *([now] if now else []))
    comes = commits(repository.git, now, commit, folders) if now else ()
    goes = commits(repository.git, commit, now, folders) if now else ()
    by, warnings = after_the_last(by, channel, remote_refs, remote.name)
    warnings += (*moved_by_hand(channel, remote_refs), *only_here(remote, channel, remote_refs))
    reviewed = on_main(remote, remote_refs, request.main, commit)
    warnings += (*_beside_main(version, remote, on_main=reviewed), *signature_warnings(repository, version))
    name = _name_of(remote_refs, now)
    return Promotion(
        repository, remote, channel, version, commit, now, name, comes, goes, by, on_main=reviewed, warnings=warnings
    )


def release_commit(repository: Repository, version_text: str, remote_name: str | None) -> str:
    """Return the commit of a release of the remote. Raises IamgenError when it has no such release."""
    version, remote = require_version(version_text, "promote"), pushed_remote(repository, remote_name)
    return _tagged(repository, remote, remote.refs(f"{_TAGS}v*"), version)


def _able(repository: Repository, request: PromotionRequest) -> tuple[Signature, Remote]:
    """Return who promotes and where to. Raises IamgenError with all that this clone lacks for a promotion."""
    require_version(request.version_text, "promote")
    _, by, remote, _ = require_all(
        repository.require_whole,
        lambda: signature(repository),
        lambda: pushed_remote(repository, request.remote),
        lambda: _require_name(repository, f"env/{request.channel}"),
    )
    return by, remote


def _remote_refs(remote: Remote, request: PromotionRequest) -> Refs:
    """Return what a promotion depends on in the remote. Raises IamgenError for names that are in its way."""
    branch = f"env/{request.channel}"
    mains = (request.main,) if request.main else USUAL
    places = (f"{kind}{name}" for kind in (_HEADS, _TAGS) for name in ("env", branch))
    branches = (branch, *mains)
    remote_refs = remote.refs(
        f"{_TAGS}v*", f"{_TAGS}{branch}/*", *places, *(f"{_HEADS}{name}" for name in mains),
        *shadow_patterns(remote.name, branches),
    )  # fmt: skip
    require_no_shadows(remote_refs, remote, branches)
    _require_room(remote_refs, remote, branch)
    return remote_refs


def _now(remote: Remote, remote_refs: Refs, branch: str) -> str | None:
    """Return the commit that the branch is on there, once it is here too; None where there is no such branch."""
    commit = remote_refs.ids.get(f"{_HEADS}{branch}")
    if commit:
        remote.fetch(f"{_HEADS}{branch}")
        if remote.repository.commit_of(commit) is None:
            raise refuse(branch, "has moved meanwhile", "try it again")
    return commit


def _beside_main(version: Version, remote: Remote, *, on_main: bool | None) -> tuple[Fault, ...]:
    """Return what is to be said of a release that the main branch does not have."""
    if on_main:
        return ()
    if on_main is None:
        problem = f"whether it is on the main branch of {remote.name} cannot be told"
        return (Fault(str(version), problem, "name the branch in users.py: Settings(main_branch=…)"),)
    problem = f"is not on the main branch of {remote.name}"
    return (Fault(str(version), problem, "that may be a hotfix; if it is none, find out who released it"),)


def publish(promotion: Promotion, message: str) -> None:
    """Put the version where CI deploys it from, with its audit tag; both, or neither. Both are read back.

    Raises IamgenError when it is refused; when somebody promoted meanwhile, saying who; and when the remote has
    something else afterwards.
    """
    tag = NewTag(promotion.audit_tag, promotion.commit, message, promotion.by)
    move = BranchMove(f"{_HEADS}{promotion.branch}", promotion.commit, promotion.now)
    reason = push_tag(promotion.remote, tag, move)
    if reason:
        raise _refused(promotion, reason)


def _require_name(repository: Repository, branch: str) -> None:
    if repository.git.ask("check-ref-format", f"{_HEADS}{branch}").code:
        raise refuse(f"branch {branch}", "git allows no such name", "choose another name in Settings(channels=…)")


def _require_room(remote_refs: Refs, remote: Remote, branch: str) -> None:
    """Refuse what git would: a branch below another, as a file in a file. Raises IamgenError."""
    for name, kind in ((f"{_HEADS}env", "branch"), (f"{_TAGS}env", "tag"), (f"{_TAGS}{branch}", "tag")):
        if name in remote_refs.ids:
            short = name.removeprefix(_HEADS).removeprefix(_TAGS)
            hint = f"rename it, then: git push --delete {remote.name} {name}"
            raise refuse(remote.name, f"it has a {kind} {short}, beside which there can be no {short}/…", hint)


def _tagged(repository: Repository, remote: Remote, remote_refs: Refs, version: Version) -> str:
    """Return the commit of a release. Raises IamgenError when the remote has no such release."""
    full, here = f"{_TAGS}{version}", local_tags(repository)
    if full not in remote_refs.ids:
        raise _no_release(remote, remote_refs, here, version)
    if full not in here.ids:
        remote.fetch(full)
        here = local_tags(repository, full)
    require_same_tag(str(version), here, remote_refs, remote)
    commit = repository.commit_of(remote_refs.ids[full])
    if commit is None or commit != remote_refs.commits[full]:
        raise refuse(f"tag {version}", "leads to no commit", "promote a release")
    return commit


def _no_release(remote: Remote, remote_refs: Refs, here: Refs, version: Version) -> IamgenError:
    if f"{_TAGS}{version}" in here.ids:
        problem = f"is here but not in {remote.name}"
        return refuse(f"tag {version}", problem, f"git push {remote.name} {_TAGS}{version}")
    known = sorted(filter(None, map(parse, remote_refs.names(_TAGS))), reverse=True)
    newest = f"the newest is {known[0]}" if known else "make one: iamgen release"
    hint = did_you_mean(str(version), map(str, known), newest)
    return refuse(f"tag {version}", f"there is no such release in {remote.name}", hint)


def _name_of(remote_refs: Refs, commit: str | None) -> Version | None:
    """Return the release that a commit is; the greatest where it is several."""
    versions = [parse(name) for name in remote_refs.names(_TAGS) if remote_refs.commits[f"{_TAGS}{name}"] == commit]
    return max(filter(None, versions), default=None)


def _refused(promotion: Promotion, reason: str) -> IamgenError:
    branch, remote = promotion.branch, promotion.remote
    now = remote.refs(f"{_HEADS}{branch}").ids.get(f"{_HEADS}{branch}")
    if now == promotion.now:
        return refuse(branch, f"{remote.name} did not take it: {reason}", _hint(promotion))
    log = past(remote, promotion.channel)
    problem = f"is on {(now or 'nothing')[:10]} meanwhile, and no longer on {promotion.now_name}: nothing was changed"
    if log and log[0].commit == now:
        event = f"{log[0].who} promoted {log[0].version} at {log[0].at:%Y-%m-%d %H:%M:%S} UTC"
        problem = f"{event}, meanwhile: nothing was changed"
    return refuse(branch, problem, f"look at iamgen promote {promotion.channel} --log, and promote again")


def _hint(promotion: Promotion) -> str:
    """Return what may help: where branches are protected, one is not put back without leave."""
    if not promotion.takes_back:
        return "nothing was changed"
    reason = "nothing was changed; this promotion puts the branch back, which a protected branch refuses"
    return f"{reason}: allow forced pushes of {promotion.branch} to those who promote (iamgen docs release)"
