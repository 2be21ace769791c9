"""Find what existing files lack for a new repository. `iamgen init` leaves these files as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from iamgen.errors import Fault
from iamgen.new_repository.place import NewRepositoryPlace

MAKEFILE = "Makefile"
_IGNORED = ".gitignore"
_TARGET = re.compile(r"^([a-z][a-z-]*)\s*:(?!=)", re.MULTILINE)
_USED = ("check", "render")
"""The targets that the next steps, the README and the hooks of pre-commit use."""


def existing_gaps(place: NewRepositoryPlace, texts: Mapping[Path, str], ci: str) -> Iterator[Fault]:
    """Yield a warning for each file that was there before and lacks what the others rely on.

    `texts` are the files of a new repository as they would be written, by path; `ci` is the CI service.
    """
    makefile, ignored = place.folder / MAKEFILE, place.folder / _IGNORED
    if not has_targets(place):
        targets = _TARGET.findall(place.text(makefile))
        missing_targets = [target for target in _TARGET.findall(texts[makefile]) if target not in targets]
        problem = f"it has no target {', '.join(missing_targets)}, which README.md and the hooks of pre-commit use"
        yield Fault(MAKEFILE, problem, "move it away and run iamgen init again, or use the commands of iamgen")
    lines = {line.strip().strip("/") for line in place.text(ignored).splitlines()}  # with a / it is a folder alone
    missing_lines = [line for line in texts[ignored].splitlines() if line.strip("/") not in lines]
    if missing_lines:
        hint = f"add these lines to it: {' '.join(missing_lines)}"
        yield Fault(_IGNORED, "git would take what iamgen makes for a part of the repository", hint)
    for path, text in texts.items():
        if _is_of_ci(path) and not place.has_text(path, text):
            problem = "it is not what CI needs to check and deploy what was declared here"
            yield Fault(place.shown(path), problem, f"iamgen ci {ci} writes it, or says what is in its way")


def has_targets(place: NewRepositoryPlace) -> bool:
    """Return whether the Makefile has the targets that the next steps use."""
    return set(_TARGET.findall(place.text(place.folder / MAKEFILE))).issuperset(_USED)


def _is_of_ci(path: Path) -> bool:
    return path.name == ".gitlab-ci.yml" or path.parent.name == "workflows"
