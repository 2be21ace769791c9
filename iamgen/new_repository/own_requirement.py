"""Find out how the running iamgen was installed, and write it as a line of requirements.txt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import distribution
from typing import NamedTuple

from iamgen.errors import Fault

_BETTER = "before you push, write a line such as iamgen @ git+https://…@v1.2.3, the version that you have looked at"


class OwnRequirement(NamedTuple):
    """The line of requirements.txt, and what a person should know about it."""

    line: str
    """The line of requirements.txt."""
    warnings: tuple[Fault, ...] = ()
    """Why it may not do elsewhere."""


def own_requirement() -> OwnRequirement:
    """Return the line that installs the iamgen that runs, as the installer has kept where that came from."""
    installed = distribution("iamgen")
    text = installed.read_text("direct_url.json")
    return requirement_from(json.loads(text) if text else {}, installed.version)


def requirement_from(origin: Mapping[str, object], version: str) -> OwnRequirement:
    """Return the line for an origin as `direct_url.json` has it; an empty one is that of a package index (PEP 610)."""
    url = str(origin.get("url", ""))
    if not url:
        problem = f"iamgen=={version} is taken from whatever package index pip asks, in CI as well"
        return OwnRequirement(f"iamgen=={version}", (Fault("requirements.txt", problem, _BETTER),))
    revision = _text_in(origin, "vcs_info", "commit_id")
    if revision:
        return OwnRequirement(f"iamgen @ {_text_in(origin, 'vcs_info', 'vcs')}+{url}@{revision}")
    if url.startswith("file:"):
        problem = f"iamgen is installed from this machine, {url}, which CI and your colleagues do not have"
        return OwnRequirement(f"iamgen @ {url}", (Fault("requirements.txt", problem, _BETTER),))
    digest = _text_in(origin, "archive_info", "hash")
    return OwnRequirement(f"iamgen @ {url}{'#' if digest else ''}{digest}")


def _text_in(origin: Mapping[str, object], part: str, key: str) -> str:
    values = origin.get(part)
    return str(values.get(key, "")) if isinstance(values, dict) else ""
