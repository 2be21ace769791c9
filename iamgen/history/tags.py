"""A tag made here and pushed: there in the end, or gone again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType

from iamgen.errors import refuse
from iamgen.history.person import Signature
from iamgen.history.remotes import Remote
from iamgen.history.repository import Repository


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
    when git cannot make it, or when it cannot be found out whether it got there.
    """
    try:
        with made_tag(remote.repository, tag) as identity:
            reason = remote.push([*specs, f"{tag.ref}:{tag.ref}"], leases)
            if reason:
                _require_arrived(remote, tag, identity, reason)
    except _NotTakenError as exc:
        return str(exc)
    return ""


@contextmanager
def made_tag(repository: Repository, tag: NewTag) -> Iterator[str]:
    """Make an annotated tag, signed where git is set up to; yield its id; take it away when the block fails.

    Raises IamgenError when git cannot make it.
    """
    git = replace(repository.git, environment={**repository.git.environment, **tag.by.environment})
    # a message makes it annotated; --annotate would overrule tag.forceSignAnnotated
    answer = git.ask("tag", "--cleanup=whitespace", "--file=-", "--", tag.name, tag.commit, feed=tag.message)
    if answer.code:
        raise refuse(f"tag {tag.name}", f"cannot be made: {answer.reason}", "nothing was pushed")
    identity = git.tell("rev-parse", "--verify", tag.ref).strip()
    try:
        with _interruptible():
            yield identity
    except BaseException:
        git.ask("update-ref", "-d", tag.ref, identity)
        raise


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let a process that is to end do so as after ^C: what it has begun is taken back."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # only that one hears of signals
        yield
        return
    before = {one: signal.signal(one, interrupt) for one in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _require_arrived(remote: Remote, tag: NewTag, identity: str, reason: str) -> None:
    """Look whether the tag got there all the same: an answer may have been lost. Raises _NotTakenError if not."""
    if remote.refs(tag.ref).ids.get(tag.ref) != identity:
        raise _NotTakenError(reason)


class _NotTakenError(Exception):
    """The remote did not take a push."""
