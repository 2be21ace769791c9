"""Find the simplest request for which a formula is true, or that there is none.

The search begins with no claim about any dimension, and looks at the plainest request that agrees with its claims. If
a part of the formula is false of it, one of that part's claims has to be added: each of them is a branch, which is dead
when a dimension has no member any more. More claims never make a request plainer. So the branches are gone through in
the order of how plain their requests are, and the first request that meets the formula is the plainest of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count
from types import MappingProxyType

from iamgen.access.context import ContextValue
from iamgen.access.patterns import Pattern
from iamgen.regions.dimensions import NO_RESOURCE, DimensionMember, KeyDimension, agrees, resource_member
from iamgen.regions.formulas import (
    RESOURCE,
    Dimension,
    Either,
    Every,
    Formula,
    KeyTest,
    OpaqueTest,
    ResourceTest,
    TestClaim,
    opposite,
    tests_of,
)
from iamgen.regions.glob_members import TooLongError

BRANCHES = 4_000
"""Branches that are looked at before a search is given up."""
_UNDECIDED = 1_000_000
"""The cost of a claim that cannot be decided: a request that needs none is plainer than any that does."""
_ABSENT = DimensionMember((), 0)


@dataclass(frozen=True)
class Solution:
    """A request for which a formula is true."""

    resource: str
    """The resource."""
    keys: Mapping[str, ContextValue]
    """The condition keys that it has, in lower case, with their values."""
    undecided: tuple[OpaqueTest, ...]
    """The tests that cannot be decided, and whose answers it depends on. Without any, the request is a real one."""


@dataclass(frozen=True)
class _Branch:
    """Claims, and what has to be true besides."""

    claims: Mapping[Dimension, frozenset[TestClaim]]
    """The claims about each dimension."""
    members: Mapping[Dimension, DimensionMember]
    """The plainest member of each dimension that there is a claim about."""
    pending: tuple[Formula, ...]
    """Formulas that have to be true."""

    @property
    def cost(self) -> int:
        return sum(member.cost for member in self.members.values()) + (RESOURCE not in self.members)

    @property
    def resource(self) -> str:
        """The plainest resource."""
        return str(self.members[RESOURCE].value) if RESOURCE in self.members else NO_RESOURCE

    def is_true(self, formula: Formula) -> bool:
        """Return whether a formula is true of the plainest request, without any further claim."""
        match formula:
            case Every(parts):
                return all(map(self.is_true, parts))
            case Either(parts):
                return any(map(self.is_true, parts))
            case TestClaim(OpaqueTest() as test):
                return formula in self.claims.get(test, ())
            case TestClaim(ResourceTest(patterns), holds):
                text = self.resource
                return (text != NO_RESOURCE and _is_matched(patterns, text)) is holds
            case TestClaim(KeyTest(condition), holds):
                return agrees(condition.key, self.members.get(condition.key, _ABSENT).value, {condition: holds})
        return False


@lru_cache(maxsize=1 << 15)
def _is_matched(patterns: frozenset[Pattern], text: str) -> bool:
    """Return whether one of the patterns matches a text: each of few resources is asked about again and again."""
    return any(item.matches(text) for item in patterns)


class Search:
    """A search among all requests."""

    def __init__(self, dimensions: Mapping[str, KeyDimension]) -> None:
        """`dimensions` are the condition keys, in lower case, that formulas have claims about or that are fixed."""
        self._dimensions = dimensions
        self._branches = 0

    def plainest(self, formula: Formula) -> Solution | None:
        """Return the simplest request for which the formula is true, or None if there is none.

        Raises TooLongError where it takes too long to tell.
        """
        numbers = count()
        first = _Branch(MappingProxyType({}), self._fixed_members(), (formula,))
        queue: list[tuple[int, int, _Branch]] = [(first.cost, next(numbers), first)]
        while queue:
            _, _, branch = heappop(queue)
            untrue = [part for part in branch.pending if not branch.is_true(part)]
            if not untrue:
                return _solution(branch)
            self._branches += 1
            if self._branches > BRANCHES:
                raise TooLongError
            for following in self._following(branch, min(untrue, key=_width)):
                heappush(queue, (following.cost, next(numbers), following))
        return None

    def _fixed_members(self) -> dict[Dimension, DimensionMember]:
        fixed = {key: item.fixed for key, item in self._dimensions.items()}
        return {key: DimensionMember(value, 0) for key, value in fixed.items() if value is not None}

    def _following(self, branch: _Branch, untrue: Formula) -> Iterator[_Branch]:
        """Yield the branches in each of which a part that is not true may be."""
        pending = tuple(part for part in branch.pending if part != untrue)
        if isinstance(untrue, TestClaim):
            following = self._with_claim(branch, untrue, pending)
            if following:
                yield following
        elif isinstance(untrue, Every):
            yield _Branch(branch.claims, branch.members, (*pending, *untrue.parts))
        else:
            excluded: tuple[Formula, ...] = ()
            for part in untrue.parts:
                yield _Branch(branch.claims, branch.members, (*pending, part, *excluded))
                if not any(isinstance(test, OpaqueTest) for test in tests_of(part)):
                    excluded = (*excluded, opposite(part))

    def _with_claim(self, branch: _Branch, claim: TestClaim, pending: tuple[Formula, ...]) -> _Branch | None:
        """Return the branch with a further claim, None where the dimension has no member then."""
        dimension = claim.test.dimension
        claims = branch.claims.get(dimension, frozenset()) | {claim}
        if opposite(claim) in claims:
            return None
        member = self._member(claim, claims)
        if member is None:
            return None
        return _Branch({**branch.claims, dimension: claims}, {**branch.members, dimension: member}, pending)

    def _member(self, claim: TestClaim, claims: frozenset[TestClaim]) -> DimensionMember | None:
        match claim.test:
            case OpaqueTest():
                return DimensionMember((), _UNDECIDED)
            case ResourceTest():
                return resource_member(claims)
            case KeyTest(condition):
                return self._dimensions[condition.key].member(claims)


def _width(formula: Formula) -> int:
    """Return how many branches a formula makes: those that make few are gone through first."""
    return len(formula.parts) if isinstance(formula, Either) else 1


def _solution(branch: _Branch) -> Solution:
    keys = {
        key: member.value
        for key, member in branch.members.items()
        if isinstance(key, str) and key != RESOURCE and member.value != ()
    }
    return Solution(branch.resource, keys, tuple(test for test in branch.claims if isinstance(test, OpaqueTest)))
