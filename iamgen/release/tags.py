"""Push a tag, alone or together with the move of a branch: in the end the remote has both, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from iamgen.errors import Fault, IamgenError, InterruptError, refuse
from iamgen.release.committer import Signature
from iamgen.release.remotes import Refs, Remote
from iamgen.release.repository import Repository
from iamgen.release.signatures import signs_tags
from iamgen.ui.signals import Held, held


@dataclass(frozen=True)
class NewTag:
    """An annotated tag to be made."""

    name: str
    """Its short name: `v1.2.3`."""
    commit: str
    """The id of the commit that it is for."""
    message: str
    """What it says."""
    by: Signature
    """The person who makes it, and when."""

    @property
    def ref(self) -> str:
        """Its name in full."""
        return f"refs/tags/{self.name}"


@dataclass(frozen=True)
class BranchMove:
    """A branch of the remote that is to be put on a commit."""

    ref: str
    """The branch's name in full."""
    commit: str
    """The id of the commit that it will be on."""
    before: str | None
    """The id of the commit that it has to be on still; None where the branch is new."""


@dataclass(frozen=True)
class _Push:
    """What is pushed: a tag object, and perhaps a branch beside it, both or neither."""

    remote: Remote
    tag: NewTag
    identity: str
    move: BranchMove | None

    @property
    def specs(self) -> list[str]:
        """What git is asked to push, in forms that no other reference can have."""
        branch = [f"{self.move.commit}^0:{self.move.ref}"] if self.move else []
        return [*branch, f"{self.identity}^{{tag}}:{self.tag.ref}"]

    @property
    def leases(self) -> list[tuple[str, str]]:
        """What the remote has to have still; an empty text for nothing."""
        return [(self.move.ref, self.move.before or ""), (self.tag.ref, "")] if self.move else []

    @property
    def refs(self) -> list[str]:
        """What the remote has afterwards, by full names."""
        return [*([self.move.ref] if self.move else []), self.tag.ref]

    def has_arrived(self, remote_refs: Refs) -> bool:
        """Tell whether the remote has this very tag."""
        return remote_refs.ids.get(self.tag.ref) == self.identity

    def look(self) -> str:
        """Return the command that shows what the remote has."""
        return f"git ls-remote {self.remote.name} {' '.join(self.refs)}"


def push_tag(remote: Remote, tag: NewTag, move: BranchMove | None = None) -> str:
    """Make the tag and push it, and move a branch beside it: all or nothing. Then read back what the remote has.

    Returns an empty text, or why the remote did not take it; then there is no tag, neither there nor here. Raises
    IamgenError when git cannot make it, when it cannot be found out whether it arrived, and when the remote has
    something else afterwards than what was pushed; and InterruptError for a ^C, or a signal like it, that came when it
    was on its way.
    """
    with held() as signals:
        push = _Push(remote, tag, tag_object(remote.repository, tag), move)
        signals.raise_pending()
        reason = _pushed(push, signals)
        remote_refs = _read_back(push, reason)
        if not push.has_arrived(remote_refs):
            if reason:
                return reason
            raise _may_arrive(push) if reason is None else _differs(push, remote_refs)
        _keep(push)
        _require_moved(push, remote_refs)
        if reason is None or signals.came:
            raise _too_late(push)
    return ""


def tag_object(repository: Repository, tag: NewTag) -> str:
    """Make an annotated tag, signed where git is set up to, and return its id; no reference leads to it.

    git makes a tag only together with its reference. That is taken away before anything is pushed: were this process
    killed on the way, a tag that stayed here would be published by the next `git push --tags`. Raises IamgenError when
    git cannot make it. Signals are to be held.
    """
    plain = repository.git
    spoken = replace(plain, environment=tag.by.environment)  # in the person's language: gpg may talk to them
    known = plain.ask("show-ref", "--verify", "--quiet", tag.ref).code == 0
    # a message makes it annotated; --annotate would overrule tag.forceSignAnnotated
    answer = spoken.ask("tag", "--cleanup=whitespace", "--file=-", "--", tag.name, f"{tag.commit}^0", feed=tag.message)
    if answer.code:
        if answer.code < 0 and not known:  # killed, perhaps just after the tag was there
            plain.ask("update-ref", "-d", tag.ref)
        raise refuse(f"tag {tag.name}", f"cannot be made: {answer.reason}", "nothing was pushed")
    form = "--format=%(refname) %(objectname) %(*objectname)"
    rows = [line.split(" ") for line in plain.tell("for-each-ref", form, tag.ref).splitlines()]
    identity, commit = next(((own, peeled) for name, own, peeled in rows if name == tag.ref), ("", ""))
    signature = plain.tell("for-each-ref", "--format=%(contents:signature)", tag.ref).strip()
    plain.tell("update-ref", "-d", tag.ref, *([identity] if identity else []))
    if commit != tag.commit:
        problem = f"git made it for {commit[:10] or 'nothing'}, and not for {tag.commit[:10]}"
        raise refuse(f"tag {tag.name}", problem, "nothing was pushed; look at the hooks of this clone")
    if not signature and signs_tags(repository):  # git 2.39 makes it all the same when ssh-keygen fails
        problem = f"tags of this clone are signed, and git did not sign it: {answer.reason}"
        hint = "nothing was pushed; look at user.signingKey and gpg.format, and try: git tag --sign --message=try try"
        raise refuse(f"tag {tag.name}", problem, hint)
    return identity


def _pushed(push: _Push, signals: Held) -> str | None:
    """Push; return an empty text, why the remote did not take it, or None when it was interrupted."""
    try:
        with signals.let_through():
            return push.remote.push(push.specs, push.leases)
    except KeyboardInterrupt:
        return None


def _read_back(push: _Push, reason: str | None) -> Refs:
    """Return what the remote has now. Raises IamgenError where it cannot be asked: what became of it is not known."""
    try:
        return push.remote.refs(*push.refs)
    except IamgenError as exc:
        if reason is None:
            raise _may_arrive(push) from exc
        if reason == "":
            problem = f"{push.remote.name} took it, and what it has now cannot be read back"
            raise IamgenError([Fault(f"tag {push.tag.name}", problem, f"look at: {push.look()}"), *exc.faults]) from exc
        raise


def _keep(push: _Push) -> None:
    """Have the tag here as well, now that the remote has it. Where that fails it can be fetched."""
    push.remote.repository.git.ask("update-ref", push.tag.ref, push.identity, "")


def _require_moved(push: _Push, remote_refs: Refs) -> None:
    """Refuse a branch that is elsewhere than where it was put. Raises IamgenError."""
    if push.move and remote_refs.ids.get(push.move.ref) != push.move.commit:
        raise _differs(push, remote_refs)


def _differs(push: _Push, remote_refs: Refs) -> IamgenError:
    """Return the error that says, for each reference that is not as it was pushed, what the remote has instead."""
    expected = {push.tag.ref: push.identity, **({push.move.ref: push.move.commit} if push.move else {})}
    return IamgenError(
        Fault(
            f"tag {push.tag.name}" if ref == push.tag.ref else ref.removeprefix("refs/heads/"),
            f"was pushed, and yet {push.remote.name} has {_state(ref, remote_refs.ids)} there now, "
            f"and not {identity[:10]}",
            f"find out who changed it: {push.look()}",
        )
        for ref, identity in expected.items()
        if remote_refs.ids.get(ref) != identity
    )


def _state(ref: str, ids: Mapping[str, str]) -> str:
    return ids[ref][:10] if ref in ids else "nothing"


def _may_arrive(push: _Push) -> InterruptError:
    problem = f"interrupted while {push.remote.name} was to take it, and it may still; there is no tag here"
    return InterruptError([Fault(f"tag {push.tag.name}", problem, f"look, and again later: {push.look()}")])


def _too_late(push: _Push) -> InterruptError:
    problem = f"interrupted too late: {push.remote.name} has it, and it stays"
    return InterruptError([Fault(f"tag {push.tag.name}", problem, f"look at: {push.look()}")])
