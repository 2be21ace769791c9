"""A tag made here and pushed: there in the end, or gone again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from iamgen.errors import refuse
from iamgen.history.person import Signature
from iamgen.history.remotes import Remote
from iamgen.history.repository import Repository


@contextmanager
def made_tag(repository: Repository, name: str, commit: str, message: str, by: Signature) -> Iterator[str]:
    """Make an annotated tag, signed where git is set up to; yield its id; take it away when the block fails.

    Raises IamgenError when git cannot make it.
    """
    git = replace(repository.git, environment={**repository.git.environment, **by.environment})
    answer = git.ask("tag", "--annotate", "--cleanup=whitespace", "--file=-", "--", name, commit, feed=message)
    if answer.code:
        raise refuse(f"tag {name}", f"cannot be made: {answer.reason}", "nothing was pushed")
    full = f"refs/tags/{name}"
    identity = git.tell("rev-parse", "--verify", full).strip()
    try:
        yield identity
    except BaseException:
        git.ask("update-ref", "-d", full, identity)
        raise


def arrived(remote: Remote, name: str, identity: str) -> bool:
    """Tell whether the remote has this very reference, after a push that failed: an answer may have been lost.

    Raises IamgenError when that cannot be found out.
    """
    return remote.refs(name).ids.get(name) == identity
