"""Reads the Condition element, and says whether conditions hold in the context of a request.

A condition means different things for a key that the request has, that it lacks, and that has several values.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple context
keys or values", "Single-valued vs. multivalued context keys" and "Policy variables with no value".

A set operator on a single-valued key sees a set with at most one value; AWS advises against it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from iamgen.access.answers import Answer, all_of, any_of, attempted, certain, unknown
from iamgen.access.context import Context
from iamgen.access.errors import AccessError, undecided
from iamgen.access.patterns import ARN_COLONS, Pattern, Variable, pattern
from iamgen.access.values import address, moment, network, number, truth
from iamgen.errors import Fault
from iamgen.similar_names import did_you_mean

_T = TypeVar("_T")
_Text = Callable[[Pattern, str], bool]


class _Typed(NamedTuple):
    """How a test reads a value of the policy, and how it compares that with a value of the request."""

    read: Callable[[str], object]
    compare: Callable[[str, str], bool]


def _arn_like(expected: Pattern, actual: str) -> bool:
    """Compare segment by segment. ArnEquals does the same, wildcards included."""
    same_shape = expected.has_arn_shape() and actual.count(":") >= ARN_COLONS
    return same_shape and expected.within_arn(run_on=False).matches(actual)


def _typed(read: Callable[[str], _T], compare: Callable[[_T, _T], bool]) -> _Typed:
    return _Typed(read, lambda expected, actual: compare(read(actual), read(expected)))


def _within(expected: str, actual: str) -> bool:
    return address(actual) in network(expected)


_TEXTS: Mapping[str, _Text] = {
    "StringEquals": Pattern.matches,
    "StringEqualsIgnoreCase": lambda expected, actual: expected.lowered().matches(actual.lower()),
    "StringLike": Pattern.matches,
    "ArnLike": _arn_like,
}
_TYPES: Mapping[str, _Typed] = {
    "Bool": _typed(truth, operator.eq),
    "IpAddress": _Typed(network, _within),
    "NumericEquals": _typed(number, operator.eq),
    "NumericLessThan": _typed(number, operator.lt),
    "NumericLessThanEquals": _typed(number, operator.le),
    "NumericGreaterThan": _typed(number, operator.gt),
    "NumericGreaterThanEquals": _typed(number, operator.ge),
    "DateEquals": _typed(moment, operator.eq),
    "DateLessThan": _typed(moment, operator.lt),
    "DateLessThanEquals": _typed(moment, operator.le),
    "DateGreaterThan": _typed(moment, operator.gt),
    "DateGreaterThanEquals": _typed(moment, operator.ge),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnLike",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
_POSITIVE = {name: name for name in (*_TEXTS, *_TYPES, "Null")} | {"ArnEquals": "ArnLike"}
_LIKE = frozenset({"StringLike", "ArnLike"})
_QUALIFIERS: Mapping[str, Callable[[Iterable[Answer]], Answer]] = {"ForAllValues": all_of, "ForAnyValue": any_of}


@dataclass(frozen=True)
class Operator:
    """A condition operator, divided into its parts."""

    test: str
    """The positive form of its comparison: `StringEquals` for StringNotEqualsIfExists."""
    negated: bool = False
    """Whether it holds where the comparison fails."""
    if_exists: bool = False
    """Whether it ends in IfExists."""
    qualifier: str = ""
    """`ForAllValues`, `ForAnyValue`, or empty."""

    @classmethod
    def named(cls, name: str) -> Operator:
        """Return the operator of that name. Raises AccessError for a name that is not known."""
        qualifier, _, rest = name.rpartition(":")
        plain = rest.removesuffix("IfExists")
        known = plain in _POSITIVE or plain in _NEGATED
        if not known or qualifier not in ("", *_QUALIFIERS) or name.startswith(":"):
            near = did_you_mean(plain, (*_POSITIVE, *_NEGATED))
            raise undecided(name, "is a condition operator that is not known", near)
        if plain == "Null" and name != "Null":
            raise undecided(name, "Null takes neither IfExists nor a set operator")
        return cls(_POSITIVE.get(plain) or _NEGATED[plain], plain in _NEGATED, plain != rest, qualifier)

    def without_key(self) -> bool:
        """Return what the operator says when the request does not have the key.

        ForAnyValue is false then, also with IfExists. Sources: IAM User Guide, "Set operators for multivalued
        context keys" (ForAnyValue "returns false" for "no matching keys in the request context"); AWS re:Post,
        "ForAnyValue:StringEqualsIfExists behaving unexpectedly" (tried: the Allow does not apply).
        """
        if self.qualifier == "ForAnyValue":
            return False
        return self.if_exists or self.negated or self.qualifier == "ForAllValues"


@dataclass(frozen=True)
class Condition:
    """A condition key under an operator, with the values that it is compared with."""

    operator: Operator
    """The operator."""
    key: str
    """The condition key, as written."""
    values: tuple[str, ...]
    """The values. They are alternatives; with a negated operator none of them may match."""
    variables: bool
    """Whether `${...}` is a policy variable: the document's Version says so."""

    def answer(self, context: Context) -> Answer:
        """Return whether the condition is met: unknown for a value that is unsaid or cannot be compared."""
        try:
            actual = context.values(self.key)
            if self.operator.test == "Null":
                return certain(self._is_null(actual))
            # The guide counts an empty string as no value under a set operator.
            if not actual or (self.operator.qualifier and actual == ("",)):
                return certain(self.operator.without_key())
            if self.operator.qualifier:
                combined = _QUALIFIERS[self.operator.qualifier]
                return combined(self._agrees(value, context) for value in actual)
            return self._agrees(context.single(self.key) or "", context)
        except AccessError as error:
            return unknown(error.faults)

    def _is_null(self, actual: tuple[str, ...]) -> bool:
        if actual == ("",):
            raise undecided(self.key, "is empty, and AWS does not document whether Null counts that as absent")
        return any(truth(value) is not bool(actual) for value in self.values)

    def _agrees(self, actual: str, context: Context) -> Answer:
        matched = any_of(self._matches(value, actual, context) for value in self.values)
        return matched.opposite() if self.operator.negated else matched

    def _matches(self, expected: str, actual: str, context: Context) -> Answer:
        test = self.operator.test
        if test in _TYPES:
            return attempted(lambda: _TYPES[test].compare(expected, actual))
        written = pattern(expected, variables=self.variables, wildcards=test in _LIKE)
        matched = written.agrees(actual, context, _TEXTS[test])
        if test == "ArnLike" and matched.yes and _replaces_part_of_arn(written):
            return unknown([Fault(self.key, f"is compared with {expected!r}: AWS documents policy variables in ARNs "
                                            "only behind the fifth colon")])  # fmt: skip
        return matched


def _replaces_part_of_arn(written: Pattern) -> bool:
    """Return whether a variable stands for a field such as the account. It may stand for the whole ARN."""
    return written.has_early_variables() and not isinstance(written.parts[0], Variable)


def parse_conditions(block: object, *, variables: bool) -> tuple[Condition, ...]:
    """Return the conditions of a Condition element: all of them must hold.

    Raises AccessError for an operator that is not known and for a value that its operator cannot compare:
    also a policy variable where IAM has none (numbers, dates, booleans, addresses).
    """
    return tuple(
        _checked(Condition(Operator.named(name), key, _values(key, values), variables))
        for name, keys in _mapping(block).items()
        for key, values in _keys(name, keys).items()
    )


def answer_of_all(conditions: Iterable[Condition], context: Context) -> Answer:
    """Return whether every condition holds: unknown only if none fails and one is unknown."""
    return all_of(condition.answer(context) for condition in conditions)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) and key for key in value):
        raise undecided("Condition", "is not a block of operators, each with a block of keys")
    return value


def _keys(operator_name: str, value: object) -> Mapping[str, object]:
    keys = _mapping(value)
    if not keys:
        raise undecided(operator_name, "has no keys, and so would hold for everything")
    return keys


def _values(key: str, value: object) -> tuple[str, ...]:
    values = tuple(_text(key, item) for item in (value if isinstance(value, list | tuple) else [value]))
    if not values:
        raise undecided(key, "has no values to be compared with")
    return values


def _text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise undecided(key, f"is compared with {value!r}, which is neither text, number nor boolean")
    return str(value)


def _checked(condition: Condition) -> Condition:
    """Read every value once, so that a bad one is found whether or not a request gets that far."""
    test = condition.operator.test
    read = truth if test == "Null" else _TYPES[test].read if test in _TYPES else None
    for value in condition.values:
        if read:
            read(value)
            continue
        expected = pattern(value, variables=condition.variables, wildcards=test in _LIKE)
        if test == "ArnLike" and not expected.has_arn_shape():
            raise undecided(condition.key, f"is compared as an ARN with {value!r}, which is none")
    return condition
