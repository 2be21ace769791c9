"""Remember the last answers of functions, so that many questions share what was worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

_KEPT = 1 << 13
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def remembering(compute: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return the function, remembering its last results: as many as fit into some megabytes."""
    return cast("Callable[Arguments, Result]", lru_cache(maxsize=_KEPT)(compute))
