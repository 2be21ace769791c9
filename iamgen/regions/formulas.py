"""Formulas about a request: claims that a test of one dimension is true or false, joined by "and" and "or"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from iamgen.access.conditions import Condition
from iamgen.access.documents import Statement
from iamgen.access.patterns import Pattern

RESOURCE = "resource"
"""The name of the dimension of the resource. No condition key has it: every key has a colon."""


@dataclass(frozen=True)
class ResourceTest:
    """Whether one of several patterns matches the resource."""

    patterns: frozenset[Pattern]
    """The patterns. None of them has variables."""

    @property
    def dimension(self) -> str:
        """The dimension that the test is about."""
        return RESOURCE


@dataclass(frozen=True)
class KeyTest:
    """Whether a condition holds."""

    condition: Condition
    """The condition. Its key is in lower case, and its values are in order and have no variables."""
    statement: Statement = field(compare=False)
    """A statement that has the condition."""

    @property
    def dimension(self) -> str:
        """The dimension that the test is about."""
        return self.condition.key


@dataclass(frozen=True)
class OpaqueTest:
    """A test that cannot be decided, and is equal to nothing but itself."""

    subject: object
    """What it is about. Tests about equal subjects have the same answer for each request."""
    statement: Statement = field(compare=False)
    """A statement that has the test."""
    reason: str = field(compare=False)
    """Why it cannot be decided, as a clause."""

    @property
    def dimension(self) -> OpaqueTest:
        """The dimension that the test is about: one of its own."""
        return self


Test = ResourceTest | KeyTest | OpaqueTest
Dimension = str | OpaqueTest
"""The resource, a condition key in lower case, or a test that cannot be decided."""


@dataclass(frozen=True)
class TestClaim:
    """The claim that a test holds, or that it fails."""

    test: Test
    """The test."""
    holds: bool = True
    """Whether it is claimed to hold."""


@dataclass(frozen=True)
class Every:
    """The claim that all parts are true; without any part it is true."""

    parts: tuple[Formula, ...]
    """The parts."""


@dataclass(frozen=True)
class Either:
    """The claim that at least one part is true; without any part it is false."""

    parts: tuple[Formula, ...]
    """The parts."""


Formula = TestClaim | Every | Either
TRUE = Every(())
FALSE = Either(())


def every(parts: Iterable[Formula]) -> Formula:
    """Return the formula that all parts are true, each of them said once."""
    distinct = tuple(dict.fromkeys(part for part in parts if part != TRUE))
    if FALSE in distinct:
        return FALSE
    return distinct[0] if len(distinct) == 1 else Every(distinct)


def either(parts: Iterable[Formula]) -> Formula:
    """Return the formula that at least one part is true, each of them said once."""
    distinct = tuple(dict.fromkeys(part for part in parts if part != FALSE))
    if TRUE in distinct:
        return TRUE
    return distinct[0] if len(distinct) == 1 else Either(distinct)


def opposite(formula: Formula) -> Formula:
    """Return the formula that is true where this one is false."""
    if isinstance(formula, TestClaim):
        return TestClaim(formula.test, not formula.holds)
    parts = map(opposite, formula.parts)
    return either(parts) if isinstance(formula, Every) else every(parts)


def tests_of(formula: Formula) -> Iterable[Test]:
    """Return the tests of a formula, each once."""
    if isinstance(formula, TestClaim):
        return (formula.test,)
    return dict.fromkeys(test for part in formula.parts for test in tests_of(part))
