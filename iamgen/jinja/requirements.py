"""Read requirements as pip does: which iamgen a repository installs, and whether its version is pinned."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from iamgen.errors import Fault, IamgenError, refuse

PINNED = "write a line such as iamgen @ git+https://…@v1.2.3, the version that you have looked at"
_CONTINUED = re.compile(r"\\\n[ \t]*")
_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_NAMED = re.compile(r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^]]*\])?\s*(?P<which>.*)", re.ASCII)
_URL = re.compile(r"(?:(?P<vcs>git|hg|svn|bzr)\+)?(?P<scheme>\w+)://[^/]*(?P<path>/[^?#]*)?(?P<suffix>.*)", re.ASCII)
_EXACT = re.compile(r"===\s*[^\s,;]+|==\s*[\w.!+-]+(?![\w.!+*-])")
_VERSION = r"\d+\.\d+\.\d+[\w.+-]*"
_FIXED_REVISION = re.compile(rf"[0-9a-f]{{7,64}}|refs/tags/.+|[\w-]*?{_VERSION}", re.ASCII)
_VERSION_IN_PATH = re.compile(rf"(?<![\d.]){_VERSION}")
_HASH = re.compile(r"--hash[= ]|#(?:.*&)?(?:sha256|sha384|sha512)=")
_FILE_OPTION = re.compile(r"-r(?P<short>.*)|--requirem\w*(?:=(?P<long>.*))?", re.DOTALL)
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)?")
_ARCHIVE = re.compile(r"/iamgen/(?:-/)?(?:archive|zipball|tarball)/", re.IGNORECASE)
_LAST_OF_PATH = re.compile(r"/iamgen(?![A-Za-z])[^/]*/?$", re.IGNORECASE)


@dataclass(frozen=True)
class Requirement:
    """A requirement of iamgen."""

    where: str
    """The file, and the line where the file has lines."""
    is_pinned: bool
    """Whether it means one iamgen for good."""


def require_pins(requirements: Iterable[Requirement]) -> None:
    """Refuse requirements that leave open which iamgen is meant. Raises IamgenError with all of them."""
    problem = "does not say which iamgen, and CI would install the newest by then"
    faults = [Fault(requirement.where, problem, PINNED) for requirement in requirements if not requirement.is_pinned]
    if faults:
        raise IamgenError(faults)


def requirements_of(root: Path, name: str, including: tuple[Path, ...] = ()) -> Iterator[Requirement]:
    """Yield each requirement of iamgen in a requirements file of the folder, and in the files that it includes.

    `including` has the files that lead to this one. Raises IamgenError for a file that cannot be read.
    """
    path = Path(os.path.normpath(root / name))
    if path in including:
        return
    for number, line in _lines(root, name):
        for included in _included(line):
            if "://" in included:
                problem = f"{included} is elsewhere, and may say something else by then"
                raise refuse(f"{name}:{number}", problem, "put the file into the repository")
            place = str(Path(name).parent / included)
            yield from requirements_of(root, place, (*including, path))
        requirement = requirement_of(f"{name}:{number}", line)
        if requirement:
            yield requirement


def requirement_of(where: str, text: str) -> Requirement | None:
    """Return the requirement of iamgen that a line is; None for one of another package, and for options."""
    text = _EDITABLE.sub("", text.strip(), count=1)
    if _URL.match(text):
        return Requirement(where, _is_fixed(text)) if _leads_to_iamgen(text) else None
    named = _NAMED.fullmatch(text)
    if not named or named["name"].lower() != "iamgen" or named["which"][:1] in ("/", "\\"):
        return None
    which, _, options = named["which"].partition(";")
    if which.startswith("@"):
        return Requirement(where, _is_fixed(f"{which[1:].strip()}{options}"))
    return Requirement(where, bool(_EXACT.search(re.sub(r"(?:^|\s)--.*", "", which))))


def _lines(root: Path, name: str) -> Iterator[tuple[int, str]]:
    """Yield each line that says something, with its number: continued ones as one, without comments."""
    try:
        text = (root / name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise refuse(name, "is not there, and another requirements file includes it", "write it") from None
    except (OSError, UnicodeDecodeError) as exc:
        raise refuse(name, "cannot be read", "make it a text file in UTF-8") from exc
    number = 1
    for line in re.split(r"(?<!\\)\n", text):
        content = _COMMENT.sub("", _CONTINUED.sub(" ", line)).strip()
        if content:
            yield number, content
        number += line.count("\n") + 1


def _included(line: str) -> Iterator[str]:
    """Yield the names of the requirements files that a line of options includes."""
    words = iter(_words(line) if line.startswith("-") else ())
    for word in words:
        option = _FILE_OPTION.fullmatch(word)
        if option:
            yield option["short"] or option["long"] or next(words, "")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quote that nothing closes
        return line.split()


def _leads_to_iamgen(url: str) -> bool:
    """Tell whether a URL without a name is that of iamgen, by its `#egg=` or by the last part of its path."""
    parts = _URL.match(url)
    egg = re.search(r"#(?:.*&)?egg=([\w.-]+)", url)
    if egg:
        return egg[1].lower() == "iamgen"
    path = re.split(r"\s", (parts["path"] or "") if parts else "")[0]
    return bool(_LAST_OF_PATH.search(re.sub(r"@.*$", "", path)) or _ARCHIVE.search(path))


def _is_fixed(url: str) -> bool:
    """Return whether a URL always gives the same: a file of the machine, a commit, a release, or a file with a hash."""
    parts = _URL.match(url)
    if parts is None:
        return url.startswith("file:")
    path = re.split(r"\s", parts["path"] or "")[0]
    if parts["vcs"]:
        revision = path.rpartition("@")[2] if "@" in path else ""
        return bool(_FIXED_REVISION.fullmatch(revision))
    if parts["scheme"] == "file" or _HASH.search(url):
        return True
    return "/refs/heads/" not in path and bool(_VERSION_IN_PATH.search(path))
