"""The dimensions of a request, and for each the simplest value that agrees with what is claimed about it.

A key is absent, has one value, or has several if conditions look at it with ForAllValues and ForAnyValue alone. For
those, "each value is ..." and "no value is ..." are claims about all values, and "a value is ..." is a claim that one
of the values answers for. So the members are found value by value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from iamgen.access.conditions import Condition, Operator
from iamgen.access.context import Context, ContextValue
from iamgen.access.multivalued_keys import is_multivalued
from iamgen.access.patterns import Pattern, pattern
from iamgen.regions.formulas import KeyTest, ResourceTest, TestClaim
from iamgen.regions.glob_members import shortest_text
from iamgen.regions.text_claims import TextClaims, TextTest
from iamgen.regions.typed_members import kind_of, typed_values

NO_RESOURCE = "*"
"""The resource of a request for an action that has none."""


@dataclass(frozen=True)
class DimensionMember:
    """A value of a dimension."""

    value: ContextValue
    """A text, the texts of a key with several values, or an empty tuple where the key is absent."""
    cost: int
    """How much there is to read: nothing for an absent key."""


def resource_member(claims: frozenset[TestClaim]) -> DimensionMember | None:
    """Return the shortest resource for which the claims are true, or None if there is none.

    Raises TooLongError where that takes too many steps.
    """
    if not any(claim.holds for claim in claims):
        return DimensionMember(NO_RESOURCE, len(NO_RESOURCE))
    tests = {True: set[TextTest](), False: set[TextTest]()}
    for claim in claims:
        if isinstance(claim.test, ResourceTest):
            tests[claim.holds].add(TextTest(claim.test.patterns))
    text = shortest_text(TextClaims(frozenset(tests[True]), frozenset(tests[False]), is_arn=True))
    return None if text is None else DimensionMember(text, len(text))


@dataclass(frozen=True)
class KeyDimension:
    """A condition key."""

    key: str
    """The key in lower case."""
    conditions: frozenset[Condition]
    """Every condition on it that a comparison is about."""
    fixed: ContextValue | None = None
    """The value that each request has; None where it may be any."""
    _members: dict[frozenset[TestClaim], DimensionMember | None] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def kinds(self) -> frozenset[str]:
        """How the conditions see the values: as `Text`, `Bool` and so on."""
        return frozenset(kind_of(condition) for condition in self.conditions) - {"Null"}

    @property
    def doubt(self) -> str:
        """Why conditions on this key are not decided, as a clause; empty where they are."""
        kinds = self.kinds - {"Text"} if "Bool" in self.kinds else self.kinds
        if len(kinds) > 1:
            return f"{self.key} is compared as values of different types"
        if is_multivalued(self.key) and self._has_plain_conditions:
            return f"{self.key} may have several values, and is compared without ForAllValues or ForAnyValue"
        return ""

    @cached_property
    def _has_plain_conditions(self) -> bool:
        return any(
            not condition.operator.qualifier and condition.operator.test != "Null" for condition in self.conditions
        )

    @cached_property
    def _typed_values(self) -> tuple[str, ...]:
        """The values to be tried one by one; none where the key has texts only."""
        typed = sorted(self.kinds - {"Text"})
        return typed_values(typed[0], self.conditions) if typed else ()

    def member(self, claims: frozenset[TestClaim]) -> DimensionMember | None:
        """Return the simplest value for which the claims are true, or None if there is none.

        Raises TooLongError where that takes too many steps.
        """
        if claims not in self._members:
            self._members[claims] = self._search(claims)
        return self._members[claims]

    def _search(self, claims: frozenset[TestClaim]) -> DimensionMember | None:
        wanted_answers = {claim.test.condition: claim.holds for claim in claims if isinstance(claim.test, KeyTest)}
        if len(wanted_answers) < len(claims):
            return None
        if self.fixed is not None:
            return DimensionMember(self.fixed, 0) if agrees(self.key, self.fixed, wanted_answers) else None
        if agrees(self.key, (), wanted_answers):
            return DimensionMember((), 0)
        values = self._values(wanted_answers)
        if not values or not agrees(self.key, values, wanted_answers):
            return None
        return DimensionMember(values[0] if len(values) == 1 else values, sum(len(value) + 1 for value in values))

    def _values(self, answers: Mapping[Condition, bool]) -> tuple[str, ...]:
        """Return the fewest values that meet the claims if there are any, none where there are none."""
        for_all, for_one = _value_claims(answers)
        if self._has_plain_conditions:
            value = self._value(for_all | for_one)
            return () if value is None else (value,)
        single = self._value(for_all | for_one)
        if single is not None:
            return (single,)
        values = [self._value(for_all | {claim}) for claim in sorted(for_one, key=repr)]
        return tuple(dict.fromkeys(value for value in values if value is not None)) if None not in values else ()

    def _value(self, claims: frozenset[_ValueClaim]) -> str | None:
        if self._typed_values:
            return next((value for value in self._typed_values if _all_true(claims, value)), None)
        texts = {True: frozenset[TextTest](), False: frozenset[TextTest]()}
        for claim in claims:
            texts[claim.matches] |= {_text_test(claim.condition)}
        return shortest_text(TextClaims(texts[True], texts[False], is_empty_allowed=self._has_empty_text))

    @cached_property
    def _has_empty_text(self) -> bool:
        """Whether the empty text is a value like others: AWS does not document what Null says about it, and it counts
        as no value under ForAllValues and ForAnyValue."""
        return all(
            not condition.operator.qualifier and condition.operator.test != "Null" for condition in self.conditions
        )


@dataclass(frozen=True)
class _ValueClaim:
    """That one of a condition's values matches a single value of the key, or that none does."""

    condition: Condition
    matches: bool


def _value_claims(answers: Mapping[Condition, bool]) -> tuple[frozenset[_ValueClaim], frozenset[_ValueClaim]]:
    """Return what is claimed about each value, and what about at least one."""
    for_all, for_one = set[_ValueClaim](), set[_ValueClaim]()
    for condition, answer in answers.items():
        if condition.operator.test == "Null":
            continue
        claim = _ValueClaim(condition, answer is not condition.operator.negated)
        is_for_one = condition.operator.qualifier == ("ForAnyValue" if answer else "ForAllValues")
        (for_one if is_for_one else for_all).add(claim)
    return frozenset(for_all), frozenset(for_one)


def _all_true(claims: Iterable[_ValueClaim], value: str) -> bool:
    return all(_matches(claim.condition, value) is claim.matches for claim in claims)


@lru_cache(maxsize=1 << 15)
def _matches(condition: Condition, value: str) -> bool | None:
    plain = replace(condition, key=_SINGLE, operator=Operator(condition.operator.test))
    return plain.answer(Context({_SINGLE: value})).value


_SINGLE = "iamgen:single"
"""A key that is none of the keys of which it is known that they may have several values."""


@lru_cache(maxsize=1 << 14)
def _text_test(condition: Condition) -> TextTest:
    test = condition.operator.test
    return TextTest(
        frozenset(text_pattern(condition, value) for value in condition.values), test == "StringEqualsIgnoreCase"
    )


def text_pattern(condition: Condition, value: str) -> Pattern:
    """Return how a condition on texts reads one of its values."""
    test = condition.operator.test
    written = pattern(value, variables=condition.variables, wildcards=test.endswith("Like"))
    if test == "ArnLike":
        return written.within_arn(run_on=False)
    return written.lowered() if test == "StringEqualsIgnoreCase" else written


def agrees(key: str, value: ContextValue, answers: Mapping[Condition, bool]) -> bool:
    """Return whether conditions on a key have these answers where it has that value."""
    context = Context({key: value})
    return all(condition.answer(context).value is answer for condition, answer in answers.items())
