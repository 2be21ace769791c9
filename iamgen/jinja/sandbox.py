"""Restrict Jinja2 templates to making text: they can run no code, and what they make is limited in size."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST = 1_000_000
"""Characters of what a template gives: CloudFormation takes no more than that in bytes."""
_LARGEST_POWER_BITS = 4_096
_MEMORY = 512 * 1024 * 1024  # bytes that rendering may take besides what the program has already


class TooMuchError(SecurityError):
    """A template makes more text than anybody can use."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Where templates are rendered: they cannot reach Python's inside, change what they are given, or grow at will.

    The same template gives the same text each time: nothing in it is left to chance.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # Jinja2's own
        super().__init__(**options)
        del self.globals["lipsum"]  # at random, and as much as asked for
        del self.filters["random"]

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401  # any value
        """Return what an operator gives. Raises TooMuchError instead of repeating or multiplying without end."""
        if operator == "*":
            _check_repeated(left, right)
            _check_repeated(right, left)
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            _check_bits(left.bit_length() * abs(right))
        if operator == "*" and isinstance(left, int) and isinstance(right, int):
            _check_bits(left.bit_length() + right.bit_length())
        return super().call_binop(context, operator, left, right)


def _check_repeated(value: object, times: object) -> None:
    if isinstance(value, str | bytes | list | tuple) and isinstance(times, int) and len(value) * times > LONGEST:
        raise TooMuchError(f"it repeats a value until that has more than {LONGEST:,} parts")


def _check_bits(bits: int) -> None:
    if bits > _LARGEST_POWER_BITS:
        raise TooMuchError("it makes a number that is too large")


@contextmanager
def memory_limit() -> Iterator[None]:
    """Let what is inside fail with MemoryError before it takes all of the machine's memory, where the system can.

    Filters and formats have many ways to make a short template's text long; this one limit holds for all of them.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _in_use() + _MEMORY
    if any(limit != resource.RLIM_INFINITY and limit <= most for limit in (soft, hard)):
        yield  # somebody has set a lower limit already
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _in_use() -> int:
    """Return the bytes of addresses that this process has."""
    import resource

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    return pages * resource.getpagesize()
