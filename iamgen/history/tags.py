"""A tag made here and pushed: there in the end, or gone again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from iamgen.errors import Fault, IamgenError, InterruptError, refuse
from iamgen.history.person import Signature
from iamgen.history.remotes import Remote
from iamgen.history.repository import Repository
from iamgen.interrupts import Held, held


@dataclass(frozen=True)
class NewTag:
    """An annotated tag to be made."""

    name: str
    commit: str
    message: str
    by: Signature

    @property
    def ref(self) -> str:
        """Its name in full."""
        return f"refs/tags/{self.name}"


def push_tag(remote: Remote, tag: NewTag, specs: Sequence[str] = (), leases: Sequence[tuple[str, str]] = ()) -> str:
    """Make the tag and push it, with more specs beside it: all or nothing.

    Returns an empty text, or why the remote did not take it; then there is no tag, here or there. Raises IamgenError
    when git cannot make it, or when it cannot be found out whether it got there, and InterruptError for a ^C, or a
    signal like it, that came when it was on its way.
    """
    with held() as signals:
        try:
            with made_tag(remote.repository, tag) as identity:
                signals.heed()
                reason = _pushed(remote, [*specs, f"{tag.ref}:{tag.ref}"], leases, signals)
                if reason != "":
                    _require_arrived(remote, tag, identity, reason)
        except _NotTakenError as exc:
            return str(exc)
        if reason is None or signals.came:
            raise _too_late(remote, tag)
    return ""


@contextmanager
def made_tag(repository: Repository, tag: NewTag) -> Iterator[str]:
    """Make an annotated tag, signed where git is set up to; yield its id; take it away when the block fails.

    Raises IamgenError when git cannot make it. Signals are to be held.
    """
    identity = _made(repository, tag)
    try:
        yield identity
    except BaseException:
        repository.git.ask("update-ref", "-d", tag.ref, identity)
        raise


def _made(repository: Repository, tag: NewTag) -> str:
    git = replace(repository.git, environment=tag.by.environment)  # in the person's language: gpg may talk to them
    known = repository.git.ask("rev-parse", "--verify", "--quiet", tag.ref).code == 0
    # a message makes it annotated; --annotate would overrule tag.forceSignAnnotated
    answer = git.ask("tag", "--cleanup=whitespace", "--file=-", "--", tag.name, tag.commit, feed=tag.message)
    if answer.code:
        if answer.code < 0 and not known:  # killed, perhaps just after the tag was there
            repository.git.ask("update-ref", "-d", tag.ref)
        raise refuse(f"tag {tag.name}", f"cannot be made: {answer.reason}", "nothing was pushed")
    return repository.git.tell("rev-parse", "--verify", tag.ref).strip()


def _pushed(remote: Remote, specs: Sequence[str], leases: Sequence[tuple[str, str]], signals: Held) -> str | None:
    """Push; return an empty text, why the remote did not take it, or None when it was interrupted."""
    try:
        with signals.let_through():
            return remote.push(specs, leases)
    except KeyboardInterrupt:
        return None


def _require_arrived(remote: Remote, tag: NewTag, identity: str, reason: str | None) -> None:
    """Look whether the tag got there all the same: an answer may have been lost.

    Raises _NotTakenError if not; after an interrupt, when what is under way may still get there, InterruptError.
    """
    try:
        if remote.refs(tag.ref).ids.get(tag.ref) == identity:
            return
    except IamgenError:
        if reason is not None:
            raise
    if reason is None:
        what = f"interrupted while {remote.name} was to take it, and it may still; there is no tag here"
        raise InterruptError([Fault(f"tag {tag.name}", what, f"look, and again later: {_look(remote, tag)}")])
    raise _NotTakenError(reason)


def _look(remote: Remote, tag: NewTag) -> str:
    return f"git ls-remote {remote.name} {tag.ref}"


def _too_late(remote: Remote, tag: NewTag) -> InterruptError:
    what = f"interrupted too late: {remote.name} has it, and it stays"
    return InterruptError([Fault(f"tag {tag.name}", what, f"look at: {_look(remote, tag)}")])


class _NotTakenError(Exception):
    """The remote did not take a push."""
