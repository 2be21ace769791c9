"""Services by their IAM prefix, as far as awacs knows them. awacs itself is not imported here."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib.util import find_spec

_MODULE_OF = {"lambda": "awslambda"}  # the one prefix that is a word of Python's
_NO_SERVICE = {"aws", "helpers"}


def module_name(prefix: str) -> str:
    """Return the name of the awacs module for a service prefix: `access-analyzer` has `access_analyzer`."""
    return _MODULE_OF.get(prefix, prefix.replace("-", "_"))


@cache
def known_services() -> frozenset[str]:
    """Return the prefixes of every service that awacs has actions for."""
    spec = find_spec("awacs")
    places = list(spec.submodule_search_locations or ()) if spec else []
    prefixes = {module: prefix for prefix, module in _MODULE_OF.items()}
    names = {module.name for module in pkgutil.iter_modules(places)} - _NO_SERVICE
    return frozenset(prefixes.get(name, name.replace("_", "-")) for name in names)
