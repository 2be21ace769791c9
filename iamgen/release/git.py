"""Run git; no other module does. Arguments never pass through a shell, and names never look like options."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from iamgen.errors import IamgenError, refuse
from iamgen.ui.printable import printable
from iamgen.ui.tracing import timed

# In git's own words, whatever the person's language: what it says is read.
_PLAIN = {"LC_ALL": "C", "LANGUAGE": ""}
# An id means that very object: with `refs/replace/ID`, or with grafts, git would read another object in its place, and
# what is shown would not be what is pushed.
_AS_IT_IS = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": f"{os.devnull}/none"}
# Which repository it is, is decided by the folder: a git that runs iamgen in a hook has another in mind.
_OF_ANOTHER = (
    "GIT_ATTR_SOURCE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    "GIT_NAMESPACE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)


@dataclass(frozen=True)
class GitOutput:
    """How git ended, and what it wrote."""

    code: int
    """Its exit code."""
    out: str
    """What it wrote to stdout."""
    err: str
    """What it wrote to stderr."""

    @property
    def reason(self) -> str:
        """The first line in which git says what is wrong."""
        lines = [line.strip() for line in self.err.splitlines() if line.strip()]
        message = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
        return printable(message.removeprefix("fatal:").removeprefix("error:").strip()) or f"it ended with {self.code}"


@dataclass(frozen=True)
class Git:
    """git in a folder."""

    folder: Path
    """The folder in which it is run."""
    environment: Mapping[str, str] = field(default_factory=_PLAIN.copy)
    """Variables in addition to those of this process; by default those that make git speak English."""
    has_hooks: bool = True
    """Whether the hooks of the repository and of the person run."""

    def ask(self, *arguments: str, feed: str = "", live: bool = False) -> GitOutput:
        """Return git's answer, whatever it is; `live` lets what it says on stderr through as it comes.

        Raises IamgenError when there is no git.
        """
        environment = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER}
        options = () if self.has_hooks else ("-c", f"core.hooksPath={os.devnull}")
        try:
            with timed(f"git: {' '.join(arguments)}"):
                done = subprocess.run(  # noqa: S603  # a list, no shell
                    ["git", "-C", str(self.folder), *options, *arguments],  # noqa: S607  # the person's own
                    env={**environment, **_AS_IT_IS, **self.environment},
                    input=feed.encode(),
                    stdout=subprocess.PIPE,
                    stderr=None if live else subprocess.PIPE,
                    check=False,
                )
        except OSError as exc:
            raise refuse("git", f"cannot be run: {exc.strerror}", "install git, version 2.30 or newer") from exc
        return GitOutput(done.returncode, _text(done.stdout), _text(done.stderr or b""))

    def tell(self, *arguments: str, feed: str = "", hint: str = "") -> str:
        """Return what git prints. Raises IamgenError, with git's own words, when it fails."""
        answer = self.ask(*arguments, feed=feed)
        if answer.code:
            raise self.failed(arguments, answer, hint)
        return answer.out

    def failed(self, arguments: tuple[str, ...], answer: GitOutput, hint: str = "") -> IamgenError:
        """Return the error for a command that failed."""
        command = next((argument for argument in arguments if not argument.startswith("-")), "")
        return refuse(f"git {command}", answer.reason, hint)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
