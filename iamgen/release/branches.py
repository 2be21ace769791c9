"""Find the branch from which releases are made, and whether it is in step with the remote's branch."""

from __future__ import annotations

from iamgen.errors import Fault, IamgenError, refuse
from iamgen.release.remotes import Refs, Remote, upstream
from iamgen.release.repository import Repository

USUAL = ("main", "master")
_HEADS = "refs/heads/"


def main_branch(repository: Repository, remote_refs: Refs, declared: str | None, current: str) -> str:
    """Return the branch that releases are made from: that of the settings, else main or master.

    Where there are both, it is the one that the remote's HEAD is on. Raises IamgenError where none can be told.
    """
    if declared is not None:
        return declared
    local = repository.git.tell("for-each-ref", "--format=%(refname)", *(f"{_HEADS}{name}" for name in USUAL))
    known = [name for name in USUAL if f"{_HEADS}{name}" in {*local.splitlines(), *remote_refs.ids} or name == current]
    if len(known) > 1 and (remote_refs.head or "").removeprefix(_HEADS) in known:
        return (remote_refs.head or "").removeprefix(_HEADS)
    if len(known) != 1:
        problem = "there are both main and master" if known else "there is neither main nor master"
        raise refuse("git branch", problem, 'name it in users.py: Settings(main_branch="…")')
    return known[0]


def not_pushed(remote: Remote, remote_refs: Refs, branch: str, commit: str) -> tuple[Fault, ...]:
    """Return the fault of commits that the remote's branch does not have: a release is of what is pushed, and reviewed.

    Raises IamgenError when it has commits of this branch that are not here: it is behind, or both have diverged.
    """
    own, ref = upstream(remote.repository, branch)
    name = ref if own == remote.name else f"{_HEADS}{branch}"
    shown = f"{remote.name}/{name.removeprefix(_HEADS)}"
    push = f"git push {remote.name} {branch}"
    if name not in remote_refs.ids:
        return (Fault(branch, f"there is no {shown} yet, and a release is of what is pushed", push),)
    remote.fetch(name)
    tip = remote_refs.ids[name]
    if remote.repository.commit_of(tip) is None:
        raise refuse(shown, "has moved meanwhile", "try it again")
    ahead, behind = remote.repository.ahead_and_behind(commit, tip)
    if ahead and behind:
        problem = f"has diverged from {shown}: {_commits(ahead)} here, {_commits(behind)} there"
        raise refuse(branch, problem, f"git pull --rebase {remote.name} {name.removeprefix(_HEADS)}")
    if behind:
        hint = f"git pull --ff-only {remote.name} {name.removeprefix(_HEADS)}"
        raise refuse(branch, f"is {_commits(behind)} behind {shown}", hint)
    problem = f"has {_commits(ahead)} that {shown} does not have, and a release is of what is pushed"
    return (Fault(branch, problem, push),) if ahead else ()


def on_main(remote: Remote, remote_refs: Refs, main: str | None, commit: str) -> bool | None:
    """Tell whether the remote's main branch has a commit in its history; None where it cannot be told.

    `main` is the branch that the settings name.
    """
    try:
        name = f"{_HEADS}{main_branch(remote.repository, remote_refs, main, '')}"
    except IamgenError:
        return None
    if name not in remote_refs.ids:
        return None
    remote.fetch(name)
    tip = remote.repository.commit_of(remote_refs.ids[name])
    return None if tip is None else remote.repository.contains(tip, commit)


def _commits(number: int) -> str:
    return f"{number} commit{'' if number == 1 else 's'}"
