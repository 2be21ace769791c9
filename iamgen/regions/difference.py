"""Find a request that one action allows after a change and not before, or prove that there is none.

A difference that depends on what cannot be decided is neither: it comes with the statements that it depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product

from iamgen.access.beyond_policies import LONG_TERM_ONLY, NEEDS_NOTHING, protected_resources
from iamgen.access.conditions import Condition, Operator
from iamgen.access.context import ContextValue
from iamgen.access.documents import Effect, Statement
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request, Verdict, evaluate, verdict_within
from iamgen.access.patterns import Pattern, pattern
from iamgen.access.statement_index import indexes_of
from iamgen.errors import Fault
from iamgen.regions.dimensions import KeyDimension, text_pattern
from iamgen.regions.formulas import (
    Either,
    Every,
    Formula,
    KeyTest,
    OpaqueTest,
    ResourceTest,
    TestClaim,
    either,
    every,
    opposite,
    tests_of,
)
from iamgen.regions.glob_members import TooLongError
from iamgen.regions.normal_conditions import KnownCaller, variable_keys
from iamgen.regions.search import Search, Solution
from iamgen.regions.statement_formulas import Viewpoint, applies, place_of
from iamgen.regions.typed_members import kind_of

ANYBODY = Viewpoint(KnownCaller({}))
"""Somebody of whom nothing is known: their requests may have any keys."""
_ANY_NAME = "name"
_NAMES = 4
"""How many values are tried for each policy variable."""
_TRIALS = 16
"""How many combinations of values are tried for all policy variables."""
_TEMPORARY = Condition(Operator("Null"), "aws:tokenissuetime", ("true",), variables=True)


@dataclass(frozen=True)
class PolicySet:
    """Statements that are evaluated together."""

    identity: tuple[Statement, ...]
    """The statements of the identity's own policies, or of a trust policy."""
    boundary: tuple[Statement, ...] | None = None
    """The statements of its permissions boundary, None where it has none."""

    @property
    def sides(self) -> tuple[tuple[Statement, ...], ...]:
        """The statements of the policies, and of the boundary if there is one."""
        return (self.identity,) if self.boundary is None else (self.identity, self.boundary)

    def verdict(self, request: Request) -> Verdict:
        """Return what the evaluator decides about a request."""
        identity = evaluate(self.identity, request, side="trust" if request.principals else "identity")
        if self.boundary is None:
            return verdict_within(identity, None)
        return verdict_within(identity, evaluate(self.boundary, request, side="boundary"))


@dataclass(frozen=True)
class Witness:
    """A request that is denied before and allowed after, decided by the evaluator on both sides."""

    request: Request
    """The request."""
    before: Verdict
    """Why it is denied before."""
    after: Verdict
    """Why it is allowed after."""

    @property
    def is_difference(self) -> bool:
        """Whether it is as it has to be: denied before and allowed after."""
        return (self.before.outcome, self.after.outcome) == ("denied", "allowed")


@dataclass(frozen=True)
class NotDecided:
    """Whether there is a difference is not decided."""

    reasons: tuple[Fault, ...]
    """Why, each with the statement that it is about."""


def difference(
    before: PolicySet,
    after: PolicySet,
    action: str,
    viewpoint: Viewpoint = ANYBODY,
    forms: frozenset[Pattern] = frozenset(),
) -> Witness | NotDecided | None:
    """Return the plainest request for an action that is denied before and allowed after.

    Returns None where it is proven that there is no such request, and NotDecided where neither can be said. The action
    is in lower case. With `forms`, only requests for a resource that one of them matches are looked at. Raises
    AccessError for statements of another kind than the viewpoint asks about.
    """
    if action in NEEDS_NOTHING and not viewpoint.principals:
        return None
    return _ActionComparison(before, after, action, viewpoint, forms).result()


@dataclass(frozen=True)
class _ActionComparison:
    before: PolicySet
    after: PolicySet
    action: str
    viewpoint: Viewpoint
    forms: frozenset[Pattern] = frozenset()

    def result(self) -> Witness | NotDecided | None:
        try:
            solution = self._solution()
            if solution is None:
                return None
            for trial in (self, *self._trials()) if solution.undecided else (self,):
                concrete = trial._solution() if trial is not self else solution
                if concrete and not concrete.undecided:
                    return trial._witness(concrete)
        except TooLongError:
            return NotDecided((Fault(self.action, "there are too many ways in which statements may meet"),))
        return NotDecided(tuple(dict.fromkeys(map(_reason, solution.undecided))))

    def _solution(self) -> Solution | None:
        return Search(self._dimensions).plainest(self._formula)

    @cached_property
    def _formula(self) -> Formula:
        gained = every((self._allows(self.after), opposite(self._allows(self.before)), *self._limits()))
        return _without_doubtful_keys(gained, _dimensions(gained, self.viewpoint))

    @cached_property
    def _dimensions(self) -> Mapping[str, KeyDimension]:
        return _dimensions(self._formula, self.viewpoint)

    def _allows(self, policies: PolicySet) -> Formula:
        denied = [opposite(part) for side in policies.sides for part in self._applying(side, "Deny")]
        return every((*(either(self._applying(side, "Allow")) for side in policies.sides), *denied))

    def _applying(self, statements: tuple[Statement, ...], effect: Effect) -> Iterator[Formula]:
        for index in indexes_of(statements):
            candidates = index.candidates(self.action, principals=bool(self.viewpoint.principals))
            for prepared, about_action in candidates[effect]:
                yield applies(prepared, about_action, self.viewpoint)

    def _limits(self) -> Iterator[Formula]:
        """Yield what must be true because AWS refuses other requests for the action whatever the policies say, or
        because only requests of some forms are looked at."""
        if self.forms:
            yield TestClaim(ResourceTest(self.forms))
        if self.viewpoint.principals:
            return
        if self.action in LONG_TERM_ONLY:
            yield TestClaim(KeyTest(_TEMPORARY, Statement("Deny")))
        globs = (pattern(text, variables=False).within_arn(run_on=True) for text in protected_resources(self.action))
        if patterns := frozenset(globs):
            yield TestClaim(ResourceTest(patterns), holds=False)

    def _trials(self) -> Iterator[_ActionComparison]:
        """Yield the same comparison with values for the policy variables, so that requests can be found."""
        statements = [item for policies in (self.before, self.after) for side in policies.sides for item in side]
        keys = sorted(_keys_of_variables(statements) - self.viewpoint.caller.fixed.keys())
        for names in islice(product(*(_names(key, statements) for key in keys)), _TRIALS if keys else 0):
            caller = KnownCaller({**self.viewpoint.caller.fixed, **dict(zip(keys, names, strict=True))})
            yield replace(self, viewpoint=replace(self.viewpoint, caller=caller))

    def _witness(self, solution: Solution) -> Witness | NotDecided:
        """Return the request, once the evaluator has decided it on both sides."""
        spelled = {
            condition.key.lower(): condition.key
            for policies in (self.before, self.after)
            for side in policies.sides
            for statement in side
            for condition in statement.conditions
        }
        context: dict[str, ContextValue] = {spelled.get(key, key): value for key, value in solution.keys.items()}
        try:
            request = Request(self.action, solution.resource, context, self.viewpoint.principals)
            witness = Witness(request, self.before.verdict(request), self.after.verdict(request))
        except AccessError as error:
            return NotDecided(error.faults)
        if witness.is_difference:
            return witness
        reasons = (*witness.before.reasons, *witness.after.reasons)
        return NotDecided(reasons or (Fault(self.action, "the evaluator decides the request otherwise"),))


def _reason(test: OpaqueTest) -> Fault:
    return Fault(place_of(test.statement), test.reason)


def _dimensions(formula: Formula, viewpoint: Viewpoint) -> dict[str, KeyDimension]:
    """Return the condition keys that a formula is about, or that are fixed."""
    fixed = viewpoint.caller.fixed
    conditions: dict[str, set[Condition]] = {key: set() for key in fixed}
    for test in tests_of(formula):
        if isinstance(test, KeyTest):
            conditions.setdefault(test.dimension, set()).add(test.condition)
    return {key: KeyDimension(key, frozenset(items), fixed.get(key)) for key, items in conditions.items()}


def _without_doubtful_keys(formula: Formula, dimensions: Mapping[str, KeyDimension]) -> Formula:
    """Return the formula with a test that cannot be decided for each condition on a key of which that is so."""
    if isinstance(formula, Every | Either):
        parts = tuple(_without_doubtful_keys(part, dimensions) for part in formula.parts)
        return replace(formula, parts=parts)
    if isinstance(formula.test, KeyTest) and (doubt := dimensions[formula.test.dimension].doubt):
        return TestClaim(OpaqueTest(formula.test.condition, formula.test.statement, doubt), formula.holds)
    return formula


def _keys_of_variables(statements: Iterable[Statement]) -> set[str]:
    keys = set[str]()
    for statement in statements:
        if statement.variables:
            texts = [*statement.resources, *statement.not_resources]
            texts += [value for item in statement.conditions if kind_of(item) == "Text" for value in item.values]
            for text in texts:
                keys |= variable_keys(pattern(text, variables=True))
    return keys


def _names(key: str, statements: Iterable[Statement]) -> tuple[str, ...]:
    """Return values to try for a policy variable: any name, and those that conditions name."""
    compared = [
        value
        for statement in statements
        for item in statement.conditions
        if item.key.lower() == key and kind_of(item) == "Text"
        for value in item.values
        if all(isinstance(part, str) for part in text_pattern(item, value).parts) and value
    ]
    return tuple(dict.fromkeys((_ANY_NAME, *compared)))[:_NAMES]
