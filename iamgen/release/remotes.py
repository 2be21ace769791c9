"""Choose the remote, list its references, and push to it, always by the id of an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from iamgen.errors import IamgenError, refuse
from iamgen.release.repository import Repository
from iamgen.similar_names import did_you_mean
from iamgen.ui.printable import printable

_AT_ONCE = 200  # refs that are fetched with one command
_TAGS = "refs/tags/"


@dataclass(frozen=True)
class Refs:
    """References of a remote."""

    ids: Mapping[str, str]
    """The id of each reference, by its full name."""
    commits: Mapping[str, str]
    """For each tag the id of the commit that it leads to."""
    head: str | None = field(default=None)
    """The branch that HEAD is on there, in full, where it is known."""

    def names(self, prefix: str) -> list[str]:
        """Return what follows the prefix in the names that begin with it."""
        return [name.removeprefix(prefix) for name in self.ids if name.startswith(prefix)]


@dataclass(frozen=True)
class Remote:
    """A remote of a repository."""

    repository: Repository
    """The repository."""
    name: str
    """The remote's name."""

    def refs(self, *patterns: str) -> Refs:
        """Return the references there that match. Raises IamgenError when it cannot be reached."""
        answer = self.repository.git.ask("ls-remote", "--symref", "--", self.name, "HEAD", *patterns)
        if answer.code:
            raise refuse(self.name, f"cannot be reached: {answer.reason}", f"look at: git ls-remote {self.name}")
        return _refs(answer.out)

    def fetch(self, *refs: str) -> None:
        """Fetch references by their full names; tags are kept here, of branches only their commits.

        Raises IamgenError, also when a tag is on another commit here.
        """
        for first in range(0, len(refs), _AT_ONCE):
            batch = refs[first : first + _AT_ONCE]
            specs = [f"{ref}:{ref}" if ref.startswith(_TAGS) else ref for ref in batch]
            self.repository.git.tell(
                "fetch", "--quiet", "--no-tags", "--no-recurse-submodules",
                "--no-write-fetch-head", "--", self.name, *specs,
                hint=f"look at: git fetch {self.name}",
            )  # fmt: skip

    def push(self, specs: Sequence[str], leases: Iterable[tuple[str, str]] = ()) -> str:
        """Push all of these, or none of them; return an empty text, or why nothing was pushed.

        The source of a spec must be such that no reference can have its name, `ID^0` or `ID^{tag}`: a plain id is
        looked up among the references first. Its destination is a full name; where the remote has no reference of that
        name, git takes one whose name ends in it, so `require_no_shadows` comes first. A lease is a name and the id
        that it has to have there still, empty for none at all. Hooks run, and what they say goes to stderr as they say
        it.
        """
        held = [f"--force-with-lease={name}:{expected}" for name, expected in leases]
        spoken = replace(self.repository.git, environment={})  # to the person, in their language, and to their hooks
        answer = spoken.ask(
            "-c", "advice.pushUpdateRejected=false",
            "push", "--porcelain", "--no-progress", "--atomic", "--no-follow-tags", "--recurse-submodules=no",
            *held, "--", self.name, *specs,
            live=True,
        )  # fmt: skip
        return _refusal(answer.out) if answer.code else ""


def chosen_remote(repository: Repository, asked: str | None) -> Remote:
    """Return the remote of that name; else the branch's own, `origin`, or the only one. Raises IamgenError."""
    known = repository.git.tell("remote").splitlines()
    if asked is not None:
        if asked not in known:
            hint = did_you_mean(asked, known, f"there is {', '.join(known)}" if known else "git remote add")
            raise refuse(f"--remote {asked}", "there is no such remote", hint)
        return Remote(repository, asked)
    own, _ = upstream(repository, repository.branch())
    name = next(
        (candidate for candidate in (own, "origin", *(known if len(known) == 1 else ())) if candidate in known), None
    )
    if name is None:
        problem = f"there are several remotes: {', '.join(known)}" if known else "there is no remote"
        raise refuse("git remote", problem, "name one with --remote" if known else "git remote add origin URL")
    return Remote(repository, str(name))


def upstream(repository: Repository, branch: str | None) -> tuple[str, str]:
    """Return the remote and the full name there of what a branch follows; empty texts for none."""
    if branch is None:
        return "", ""
    form = "--format=%(upstream:remotename)%00%(upstream:remoteref)"
    remote, _, ref = repository.git.tell("for-each-ref", form, f"refs/heads/{branch}").strip().partition("\0")
    return ("", "") if remote == "." else (remote, ref)


def local_tags(repository: Repository, pattern: str = "refs/tags") -> Refs:
    """Return the tags of this clone, as a remote would tell them."""
    form = "--format=%(refname)%00%(objectname)%00%(*objectname)"
    rows = [line.split("\0") for line in repository.git.tell("for-each-ref", form, pattern).splitlines()]
    return Refs({name: own for name, own, _ in rows}, {name: peeled or own for name, own, peeled in rows})


def require_same_tag(name: str, here: Refs, remote_refs: Refs, remote: Remote) -> None:
    """Refuse a tag that is not the same on both sides. Raises IamgenError."""
    full = f"{_TAGS}{name}"
    own, other = here.ids.get(full), remote_refs.ids.get(full)
    if own and other and own != other:
        places = f"on {here.commits[full][:10]} here and on {remote_refs.commits[full][:10]} in {remote.name}"
        if here.commits[full] == remote_refs.commits[full]:
            places = f"another object here than in {remote.name}"
        raise _other_tag(name, places, remote)


def _other_tag(name: str, places: str, remote: Remote) -> IamgenError:
    full = f"{_TAGS}{name}"
    hint = f"if {remote.name} is right: git fetch --force {remote.name} {full}:{full}; else find out who moved it"
    return refuse(f"tag {name}", f"is {places}", hint)


def _refs(listing: str) -> Refs:
    ids: dict[str, str] = {}
    commits: dict[str, str] = {}
    head = None
    for line in listing.splitlines():
        identity, _, name = line.partition("\t")
        if not identity.strip("0"):
            continue  # a reference that is broken there
        if identity.startswith("ref: "):  # a symbolic reference; its id has a line of its own
            head = identity.removeprefix("ref: ") if name == "HEAD" else head
        elif name == "HEAD":
            continue
        elif name.endswith("^{}"):
            commits[name.removesuffix("^{}")] = identity
        else:
            ids[name] = identity
            commits.setdefault(name, identity)
    return Refs(ids, commits, head)


def _refusal(porcelain: str) -> str:
    """Return why git did not push, from the lines of references that it rejected."""
    rejected = [line.split("\t") for line in porcelain.splitlines() if line.startswith("!")]
    reasons = [parts[2] for parts in rejected if len(parts) > 2]  # noqa: PLR2004  # flag, names, reason
    own = [reason for reason in reasons if "atomic" not in reason]
    return printable((own or reasons or ["see above"])[0])
