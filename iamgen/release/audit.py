"""Audit tags: env/CHANNEL/YYYYMMDD-HHMMSS-vX.Y.Z, one for each promotion: its release, its time and its author."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from iamgen.errors import Fault, refuse
from iamgen.release.committer import Signature
from iamgen.release.remotes import Refs, Remote, chosen_remote, local_tags, require_same_tag
from iamgen.release.repository import Repository
from iamgen.release.versions import Version, parse
from iamgen.ui.printable import printable

_TAGS = "refs/tags/"
_NAME = re.compile(r"(\d{8}-\d{6})-(v.*)", re.DOTALL)
_MOMENT, _A_DAY = timedelta(minutes=1), timedelta(days=1)
_TIME, _SHOWN = "%Y%m%d-%H%M%S", "%Y-%m-%d %H:%M:%S"
_FORM = "--format=%(refname)%00%(taggername)%00%(taggeremail:trim)%00%(objectname)%00%(*objectname)"


@dataclass(frozen=True)
class Promoted:
    """A promotion that was carried out."""

    tag: str
    """The audit tag that keeps it."""
    at: datetime
    """When it was (UTC)."""
    version: Version
    """The version that went to the channel."""
    commit: str
    """Its commit."""
    by: str
    """Who promoted; empty where the tag names nobody."""
    email: str
    """Their address; empty where the tag names nobody."""

    @property
    def line(self) -> str:
        """The promotion in one line: when, what, and by whom."""
        return f"{self.at:{_SHOWN}}  {self.version!s:<12}  {self.who}"

    @property
    def who(self) -> str:
        """The person, as git writes one."""
        return f"{self.by} <{self.email}>" if self.by else "(the tag names nobody)"

    def plain(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "version": str(self.version),
            "commit": self.commit,
            "by": self.by or None,
            "email": self.email or None,
            "tag": self.tag,
        }


def audit_tag(channel: str, by: Signature, version: Version) -> str:
    """Return the tag's name for a promotion at that moment."""
    return f"env/{channel}/{by.at:{_TIME}}-{version}"


def after_the_last(
    by: Signature, channel: str, remote_refs: Refs, remote_name: str
) -> tuple[Signature, tuple[Fault, ...]]:
    """Return the moment of a promotion, after that of the last one though clocks differ: the log is in that order.

    What is to be said when the clocks differ by more than a moment is beside it. Raises IamgenError when the last one
    is more than a day ahead: either this clock is wrong, or that tag is, and every later one would be dated by it.
    """
    name = _last(channel, remote_refs)
    entry = when_and_what(name or "")
    if name is None or entry is None or entry[0] < by.at:
        return by, ()
    last, tag = entry[0], f"env/{channel}/{name}"
    problem = f"it says that the last promotion was at {last:{_SHOWN}} UTC, and here it is {by.at:{_SHOWN}}"
    if last - by.at > _A_DAY or last.replace(tzinfo=None) > datetime.max - timedelta(seconds=2):
        removal = f"git push --delete {remote_name} {_TAGS}{tag}"
        raise refuse(
            f"tag {tag}", problem, f"set the clock, if it is wrong; else find out who pushed the tag: {removal}"
        )
    warnings = (Fault(f"tag {tag}", problem, "set the clock that is wrong"),) if last - by.at > _MOMENT else ()
    return replace(by, at=last + timedelta(seconds=1)), warnings


def _last(channel: str, remote_refs: Refs) -> str | None:
    """Return the last part of the newest audit tag's name, None where there is none."""
    names = [name for name in remote_refs.names(f"{_TAGS}env/{channel}/") if when_and_what(name)]
    return max(names, default=None)


def moved_by_hand(channel: str, remote_refs: Refs) -> tuple[Fault, ...]:
    """Return the warning for a channel whose branch is not where its last promotion put it."""
    name = _last(channel, remote_refs)
    last = remote_refs.commits[f"{_TAGS}env/{channel}/{name}"] if name else None
    return _moved(channel, remote_refs.ids.get(f"refs/heads/env/{channel}"), last)


def only_here(remote: Remote, channel: str, remote_refs: Refs) -> tuple[Fault, ...]:
    """Return the warning about audit tags of this clone that the remote does not have: they are no promotions."""
    prefix = f"{_TAGS}env/{channel}/"
    strays = [ref for ref in local_tags(remote.repository, prefix).ids if ref not in remote_refs.ids]
    return tuple(
        Fault(
            f"tag {ref.removeprefix(_TAGS)}",
            f"is here but not in {remote.name}, and git push --tags would publish it as a promotion",
            f"git update-ref -d {ref}",
        )
        for ref in strays
        if when_and_what(ref.removeprefix(prefix))
    )


def when_and_what(name: str) -> tuple[datetime, Version] | None:
    """Return what the last part of an audit tag says, or None if the tag is not an audit tag."""
    match = _NAME.fullmatch(name)
    version = parse(match[2]) if match else None
    if not match or not version:
        return None
    try:
        return datetime.strptime(match[1], _TIME).replace(tzinfo=UTC), version
    except ValueError:
        return None


def log_of(
    repository: Repository, channel: str, remote_name: str | None
) -> tuple[tuple[Promoted, ...], tuple[Fault, ...]]:
    """Return the channel's promotions, newest first, and what is to be said about them.

    They are those of the remote; a clone without one has what it knows itself. Raises IamgenError as `past` does.
    """
    if remote_name is None and not repository.git.tell("remote").strip():
        return past_here(repository, channel), (Fault("git remote", "there is none: this clone's own log follows"),)
    remote = chosen_remote(repository, remote_name)
    log = past(remote, channel)
    return log, unaccounted(channel, remote.refs(f"refs/heads/env/{channel}"), log)


def past(remote: Remote, channel: str) -> tuple[Promoted, ...]:
    """Return the channel's promotions as the remote knows them, newest first.

    Raises IamgenError when it cannot be reached, and when a tag is not the same there as here.
    """
    prefix = f"{_TAGS}env/{channel}/"
    remote_refs, here = remote.refs(f"{prefix}*"), local_tags(remote.repository, prefix)
    names = [name for name in remote_refs.names(prefix) if when_and_what(name)]
    for name in names:
        require_same_tag(f"env/{channel}/{name}", here, remote_refs, remote)
    remote.fetch(*(f"{prefix}{name}" for name in names if f"{prefix}{name}" not in here.ids))
    return tuple(
        promoted for promoted in past_here(remote.repository, channel) if f"{_TAGS}{promoted.tag}" in remote_refs.ids
    )


def past_here(repository: Repository, channel: str) -> tuple[Promoted, ...]:
    """Return the promotions that this clone knows of, newest first."""
    prefix = f"{_TAGS}env/{channel}/"
    promotions = []
    for line in repository.git.tell("for-each-ref", _FORM, prefix).splitlines():
        name, by, email, own, peeled = line.split("\0")
        entry = when_and_what(name.removeprefix(prefix))
        if entry:
            tag = name.removeprefix(_TAGS)
            promotions.append(Promoted(tag, *entry, peeled or own, printable(by), printable(email)))
    return tuple(sorted(promotions, key=lambda promoted: promoted.tag, reverse=True))


def unaccounted(channel: str, remote_refs: Refs, log: tuple[Promoted, ...]) -> tuple[Fault, ...]:
    """Return the warning for a channel that is not where its last promotion put it."""
    return _moved(channel, remote_refs.ids.get(f"refs/heads/env/{channel}"), log[0].commit if log else None)


def _moved(channel: str, now: str | None, last: str | None) -> tuple[Fault, ...]:
    if now == last:
        return ()
    hint = "find out who pushed it, and promote what should be there"
    if now is None:
        return (Fault(f"env/{channel}", f"is gone, and the last promotion put it on {(last or '')[:10]}", hint),)
    return (Fault(f"env/{channel}", f"is on {now[:10]}, and no promotion put it there last", hint),)
