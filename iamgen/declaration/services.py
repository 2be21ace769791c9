"""Services by their IAM prefix, as far as awacs knows them. awacs itself is not imported here."""

from __future__ import annotations

from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

_MODULE_OF = {"lambda": "awslambda"}  # the one prefix that is a word of Python's
_NO_SERVICE = {"__init__", "aws"}


def module_name(prefix: str) -> str:
    """Return the name of the awacs module for a service prefix: `access-analyzer` has `access_analyzer`."""
    return _MODULE_OF.get(prefix, prefix.replace("-", "_"))


@cache
def known_services() -> frozenset[str]:
    """Return the prefixes of every service that awacs has actions for."""
    spec = PathFinder.find_spec("awacs")
    places = (spec and spec.submodule_search_locations) or ()
    prefixes = {module: prefix for prefix, module in _MODULE_OF.items()}
    names = {module.stem for place in places for module in Path(place).glob("*.py")} - _NO_SERVICE
    return frozenset(prefixes.get(name, name.replace("_", "-")) for name in names)
