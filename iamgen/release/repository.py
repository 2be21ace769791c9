"""Open the clone that holds users.py, at its top or in a folder of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iamgen.errors import Fault, IamgenError, refuse
from iamgen.release.git import Git
from iamgen.ui.listing import first_of
from iamgen.ui.printable import printable

_ID = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SUFFIX = re.compile(r"[~^:]|@\{")  # what follows a name in a revision
_HEADS = "refs/heads/"
_SHOWN = 10  # files that are not committed


@dataclass(frozen=True)
class Repository:
    """A working tree of git."""

    git: Git
    """Runs git in it."""
    root: Path
    """Its top folder."""
    folder: str
    """Where in it users.py lies, `team/iam/`; empty when at its top."""

    def branch(self) -> str | None:
        """Return the current branch's name, or None where HEAD is on no branch."""
        answer = self.git.ask("symbolic-ref", "--quiet", "HEAD")
        ref = answer.out.strip()
        return ref.removeprefix(_HEADS) if not answer.code and ref.startswith(_HEADS) else None

    def head(self) -> str:
        """Return the id of the current commit. Raises IamgenError where there is none yet."""
        commit = self.commit_of("HEAD")
        if commit is None:
            raise refuse("git", "there is no commit yet", "git add . && git commit")
        return commit

    def commit_of(self, revision: str) -> str | None:
        """Return the id of the commit that a revision means, or None."""
        answer = self.git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        identity = _ID.fullmatch(answer.out.strip())  # "^HEAD" is taken for all but HEAD
        return identity[0] if identity and not answer.code else None

    def is_ambiguous(self, revision: str) -> bool:
        """Tell whether a revision that a person typed may mean several things, of which git would silently take one.

        A complete id and HEAD always mean themselves. A tag and a branch of one name are two; so are a reference and
        an object whose id begins like its name. What begins with `refs/` has to be a reference's own full name.
        """
        if revision == "HEAD" or _ID.fullmatch(revision):
            return False
        if revision.startswith("refs/"):
            ref = _SUFFIX.split(revision)[0]
            is_own_name = self.git.ask("show-ref", "--verify", "--quiet", "--", ref).code == 0
            named = self.git.ask("rev-parse", "--symbolic-full-name", "--end-of-options", ref).out.split()
            if is_own_name or any(full_name.startswith("refs/") for full_name in named):
                return not is_own_name
        plain = ("-c", "core.warnAmbiguousRefs=true", "rev-parse", "--verify", "--end-of-options")
        return "is ambiguous" in self.git.ask(*plain, revision).err

    def other_than_commits(self, ids: Iterable[str]) -> set[str]:
        """Return those of the ids that are here and are no commit's."""
        form = "--batch-check=%(objectname) %(objecttype)"
        output = self.git.tell("cat-file", form, feed="".join(f"{commit_id}\n" for commit_id in ids))
        kinds = (line.partition(" ") for line in output.splitlines())
        return {identity for identity, _, kind in kinds if kind not in {"commit", "missing"}}

    def contains(self, commit: str, other: str) -> bool:
        """Tell whether a commit has the other one in its history. Raises IamgenError where git cannot tell."""
        answer = self.git.ask("merge-base", "--is-ancestor", other, commit)
        if answer.code > 1:
            raise self.git.failed(("merge-base",), answer)
        return answer.code == 0

    def count(self, commit: str, without: str) -> int:
        """Return how many commits `commit` has that `without` does not."""
        return int(self.git.tell("rev-list", "--count", commit, f"^{without}", "--"))

    def ahead_and_behind(self, commit: str, other: str) -> tuple[int, int]:
        """Return how many commits the first has that the other does not have, and the other way round."""
        ahead, behind = self.git.tell("rev-list", "--count", "--left-right", f"{commit}...{other}", "--").split()
        return int(ahead), int(behind)

    def parents(self, commit: str) -> dict[str, list[str]]:
        """Return each commit that a commit has in its history, itself too, with its parents."""
        rows = (line.split() for line in self.git.tell("rev-list", "--parents", commit, "--").splitlines())
        return {row[0]: row[1:] for row in rows}

    def require_whole(self) -> None:
        """Refuse a clone without its history. Raises IamgenError."""
        if self.git.tell("rev-parse", "--is-shallow-repository").strip() == "true":
            problem = "this clone is shallow: what came before cannot be seen"
            raise refuse("git", problem, "git fetch --unshallow")

    def require_clean(self) -> None:
        """Refuse files that are not committed, since they would not be in the release. Raises IamgenError, naming the
        files."""
        scope = ["--", f":(top,literal){self.folder}"] if self.folder else []
        output = self.git.tell("status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames", *scope)
        files = [printable(entry[3:]) for entry in output.split("\0") if entry]
        if files:
            problem = f"not everything is committed: {first_of(files, _SHOWN)}"
            raise refuse(
                "git status", problem, "commit it, ignore it, or put it away with git stash --include-untracked"
            )


def require_all(*checks: Callable[[], Any]) -> list[Any]:
    """Make every check, and return what each returns.

    Raises IamgenError with the faults of all that fail, so that all can be mended at once.
    """
    results: list[Any] = []
    faults: list[Fault] = []
    for check in checks:
        try:
            results.append(check())
        except IamgenError as exc:
            faults += exc.faults
    if faults:
        raise IamgenError(dict.fromkeys(faults))
    return results


def open_repository(root: Path) -> Repository:
    """Return the clone around the folder that has users.py. Raises IamgenError when there is none."""
    git = Git(root)
    answer = git.ask("rev-parse", "--show-toplevel")
    if answer.code:
        raise _no_repository(root, answer.reason)
    top = answer.out.removesuffix("\n")
    prefix = git.tell("rev-parse", "--show-prefix").removesuffix("\n")
    return Repository(Git(Path(top)), root, prefix)


def is_tracked(file: Path) -> bool:
    """Tell whether git tracks a file; yes as well where git cannot tell. Raises IamgenError when there is no git."""
    answer = Git(file.parent).ask("--literal-pathspecs", "ls-files", "--error-unmatch", "--", file.name)
    is_elsewhere = answer.reason.startswith("not a git repository")
    return answer.code != 1 and not is_elsewhere


def _no_repository(root: Path, reason: str) -> IamgenError:
    if reason.startswith("not a git repository"):
        return refuse(
            str(root), "is in no git repository", "git init, and commit; a release also needs git remote add origin URL"
        )
    return refuse(str(root), f"git cannot use it: {reason}")
