"""Check that a remote is read from and pushed to at the same place; otherwise reading says nothing about pushing."""

from __future__ import annotations

import re

from iamgen.errors import refuse
from iamgen.release.remotes import Remote, chosen_remote
from iamgen.release.repository import Repository
from iamgen.ui.printable import printable

_URL = re.compile(r"\w[\w+.-]*://(?:[^/@]*@)?(?P<host>\[[^\]]*\]|[^/:]*)(?::\d*)?/*(?P<path>.*)", re.DOTALL)
_SCP = re.compile(r"(?:[^/@:]*@)?(?P<host>\[[^\]]*\]|[^/:]+):/*(?P<path>.*)", re.DOTALL)


def pushed_remote(repository: Repository, name: str | None) -> Remote:
    """Return the remote as `chosen_remote` does. Raises IamgenError as well when it is pushed to elsewhere."""
    remote = chosen_remote(repository, name)
    read = _urls(remote)[0]
    pushed = _urls(remote, "--push", "--all")
    hint = f"look at git remote get-url --push --all {remote.name}; git config --unset-all remote.{remote.name}.pushurl"
    if len(pushed) > 1:
        problem = f"what is pushed to it goes to {len(pushed)} places, and may arrive in some of them"
        raise refuse(remote.name, problem, hint)
    if _place(pushed[0]) != _place(read):
        raise refuse(remote.name, f"is read from {_shown(read)}, and pushed to {_shown(pushed[0])}", hint)
    return remote


def _urls(remote: Remote, *options: str) -> list[str]:
    return remote.repository.git.tell("remote", "get-url", *options, "--", remote.name).splitlines()


def _place(url: str) -> tuple[str, str]:
    """Return host and path: https and ssh lead to one place."""
    match = _URL.fullmatch(url) or _SCP.fullmatch(url)
    host, path = (match["host"].lower(), match["path"].lstrip("/")) if match else ("", url.lstrip("/"))
    return host, path.rstrip("/").removesuffix(".git")


def _shown(url: str) -> str:
    """Return a URL without who says so, and their password."""
    return printable(re.sub(r"(?<=://)[^/@]*@", "", url))
