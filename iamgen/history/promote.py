"""A promotion: what a channel has, what it will have, and how it gets there."""

from __future__ import annotations

from dataclasses import dataclass

from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.history.audit import after_the_last, audit_tag, past
from iamgen.history.commits import Commit, commits
from iamgen.history.person import Signature, signature
from iamgen.history.push_url import pushed_remote
from iamgen.history.remotes import Refs, Remote, local_tags, require_same_tag
from iamgen.history.repository import Repository, require_all
from iamgen.history.tags import NewTag, push_tag
from iamgen.history.versions import Version, parse, wanted
from iamgen.nearest import did_you_mean

_TAGS, _HEADS = "refs/tags/", "refs/heads/"


@dataclass(frozen=True)
class Promotion:
    """What will be promoted. `now` is the commit that the channel has, None before the first promotion."""

    repository: Repository
    remote: Remote
    channel: str
    version: Version
    commit: str
    now: str | None
    now_version: Version | None
    comes: tuple[Commit, ...]
    goes: tuple[Commit, ...]
    by: Signature
    warnings: tuple[Fault, ...]

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
    def is_rollback(self) -> bool:
        """Whether it takes the channel back: to what it came from, or to an older version on another branch."""
        if self.now is None or self.repository.contains(self.commit, self.now):
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


def planned(repository: Repository, channel: str, asked: str, remote_name: str | None) -> Promotion:
    """Return the promotion of a version to a channel. Raises IamgenError with whatever is in its way."""
    version = wanted(asked, "promote")
    branch = f"env/{channel}"
    require_all(
        repository.require_whole,
        lambda: signature(repository),
        lambda: pushed_remote(repository, remote_name),
        lambda: _require_name(repository, branch),
    )
    by, remote = signature(repository), pushed_remote(repository, remote_name)
    places = (f"{kind}{name}" for kind in (_HEADS, _TAGS) for name in ("env", branch))
    there = remote.refs(f"{_TAGS}v*", f"{_TAGS}{branch}/*", *places)
    _require_room(there, remote, branch)
    commit = _tagged(repository, remote, there, version)
    now = there.ids.get(f"{_HEADS}{branch}")
    if now:
        remote.fetch(f"{_HEADS}{branch}")
        if repository.commit_of(now) is None:
            raise refuse(branch, "has moved meanwhile", "try it again")
    comes = commits(repository.git, now, commit, repository.folder) if now else ()
    goes = commits(repository.git, commit, now, repository.folder) if now else ()
    by, warnings = after_the_last(by, channel, there)
    name = _name_of(there, now)
    return Promotion(repository, remote, channel, version, commit, now, name, comes, goes, by, warnings)


def publish(promotion: Promotion, message: str) -> None:
    """Put the version where CI deploys it from, with its audit tag; both, or neither.

    Raises IamgenError when it is refused; when somebody promoted meanwhile, saying who.
    """
    branch = f"{_HEADS}{promotion.branch}"
    tag = NewTag(promotion.audit_tag, promotion.commit, message, promotion.by)
    leases = [(branch, promotion.now or ""), (tag.ref, "")]
    reason = push_tag(promotion.remote, tag, [f"{promotion.commit}:{branch}"], leases)
    if reason:
        raise _refused(promotion, reason)


def _require_name(repository: Repository, branch: str) -> None:
    if repository.git.ask("check-ref-format", f"{_HEADS}{branch}").code:
        raise refuse(f"branch {branch}", "git allows no such name", "choose another name in Settings(channels=…)")


def _require_room(there: Refs, remote: Remote, branch: str) -> None:
    """Refuse what git would: a branch below another, as a file in a file. Raises IamgenError."""
    for name, what in ((f"{_HEADS}env", "branch"), (f"{_TAGS}env", "tag"), (f"{_TAGS}{branch}", "tag")):
        if name in there.ids:
            short = name.removeprefix(_HEADS).removeprefix(_TAGS)
            hint = f"rename it, then: git push --delete {remote.name} {name}"
            raise refuse(remote.name, f"it has a {what} {short}, beside which there can be no {short}/…", hint)


def _tagged(repository: Repository, remote: Remote, there: Refs, version: Version) -> str:
    """Return the commit of a release. Raises IamgenError when the remote has no such release."""
    full, here = f"{_TAGS}{version}", local_tags(repository)
    if full not in there.ids:
        raise _no_release(remote, there, here, version)
    require_same_tag(str(version), here, there, remote)
    if full not in here.ids:
        remote.fetch(full)
    commit = repository.commit_of(full)
    if commit is None:
        raise refuse(f"tag {version}", "leads to no commit", "promote a release")
    return commit


def _no_release(remote: Remote, there: Refs, here: Refs, version: Version) -> IamgenError:
    if f"{_TAGS}{version}" in here.ids:
        what = f"is here but not in {remote.name}"
        return refuse(f"tag {version}", what, f"git push {remote.name} {_TAGS}{version}")
    known = sorted(filter(None, map(parse, there.names(_TAGS))), reverse=True)
    newest = f"the newest is {known[0]}" if known else "make one: iamgen release"
    hint = did_you_mean(str(version), map(str, known), newest)
    return refuse(f"tag {version}", f"there is no such release in {remote.name}", hint)


def _name_of(there: Refs, commit: str | None) -> Version | None:
    """Return the release that a commit is; the greatest where it is several."""
    found = [parse(name) for name in there.names(_TAGS) if there.commits[f"{_TAGS}{name}"] == commit]
    return max(filter(None, found), default=None)


def _refused(promotion: Promotion, reason: str) -> IamgenError:
    branch, remote = promotion.branch, promotion.remote
    now = remote.refs(f"{_HEADS}{branch}").ids.get(f"{_HEADS}{branch}")
    if now == promotion.now:
        return refuse(branch, f"{remote.name} did not take it: {reason}", "nothing was changed")
    log = past(remote, promotion.channel)
    what = f"is on {(now or 'nothing')[:10]} meanwhile, and no longer on {promotion.now_name}: nothing was changed"
    if log and log[0].commit == now:
        who = f"{log[0].who} promoted {log[0].version} at {log[0].at:%Y-%m-%d %H:%M:%S} UTC"
        what = f"{who}, meanwhile: nothing was changed"
    return refuse(branch, what, f"look at iamgen promote {promotion.channel} --log, and promote again")
