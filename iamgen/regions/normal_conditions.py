"""Write conditions in one spelling, so that conditions with the same meaning are equal.

Policy variables are replaced where their value is known. What a variable puts in is literal text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from iamgen.access.conditions import Condition
from iamgen.access.context import Context, ContextValue
from iamgen.access.documents import Statement
from iamgen.access.errors import AccessError
from iamgen.access.patterns import Pattern, Variable, pattern
from iamgen.regions.dimensions import text_pattern
from iamgen.regions.formulas import Formula, KeyTest, OpaqueTest, TestClaim
from iamgen.regions.typed_members import kind_of

_SPECIAL = frozenset("*?$")
CASE_OF_LETTERS = "compares letters beyond ASCII without case"


@dataclass(frozen=True)
class KnownCaller:
    """What is the same in every request of a caller."""

    fixed: Mapping[str, str | tuple[str, ...]]
    """The condition keys that each request has, in lower case, with their values; an empty tuple for an absent key."""

    def has(self, written: Pattern) -> bool:
        """Return whether the values of all variables of a pattern are known."""
        return all(key in self.fixed for key in variable_keys(written))

    @property
    def context(self) -> Context:
        """The keys as statements are compared with them."""
        fixed: Mapping[str, ContextValue] = self.fixed
        return Context(fixed)


def variable_keys(written: Pattern) -> frozenset[str]:
    """Return the condition keys that are policy variables of a pattern, in lower case."""
    return frozenset(part.key.lower() for part in written.parts if isinstance(part, Variable))


def condition_formula(condition: Condition, statement: Statement, caller: KnownCaller) -> Formula:
    """Return when a condition holds."""
    normal = _in_one_spelling(condition)
    doubt = ""
    if kind_of(normal) == "Text":
        doubt = _doubt(normal, caller)
        normal = normal if doubt else _resolved(normal, caller)
    if doubt:
        return TestClaim(OpaqueTest(normal, statement, doubt))
    if not normal.operator.negated or normal.operator.qualifier:
        return TestClaim(KeyTest(normal, statement))
    positive = replace(normal, operator=replace(normal.operator, negated=False, if_exists=False))
    return TestClaim(KeyTest(positive, statement), holds=False)


def _in_one_spelling(condition: Condition) -> Condition:
    """Return the condition as it would be written with its key in lower case, its values in order, and the newer
    version of policies."""
    values = condition.values
    if kind_of(condition) in ("Bool", "Null"):
        values = tuple(value.lower() for value in values)
    elif not condition.variables:
        values = tuple(value.replace("${", "${$}{") for value in values)
    return replace(condition, key=condition.key.lower(), values=tuple(sorted(set(values))), variables=True)


def _doubt(condition: Condition, caller: KnownCaller) -> str:
    """Return why a condition on texts cannot be decided, as a clause; empty where it can."""
    for value in condition.values:
        written = text_pattern(condition, value)
        if written.has_variables():
            arn_field = condition.operator.test == "ArnLike" and written.has_early_variables()
            if arn_field and not isinstance(written.parts[0], Variable):
                return f"{value} has a policy variable before the fifth colon of an ARN"
            if reason := variable_doubt(written, caller):
                return f"{value} {reason}"
        if condition.operator.test == "StringEqualsIgnoreCase" and not value.isascii():
            return CASE_OF_LETTERS
    return ""


def variable_doubt(written: Pattern, caller: KnownCaller) -> str:
    """Return why a pattern's variables cannot be replaced, as a clause; empty where they can."""
    if not caller.has(written):
        return "has a policy variable whose value is not the same in every request"
    try:
        written.resolved(caller.context)
    except AccessError as error:
        return f"has a policy variable without a certain value: {error.faults[0].problem}"
    return ""


def _resolved(condition: Condition, caller: KnownCaller) -> Condition:
    values = (_resolved_value(condition, value, caller) for value in condition.values)
    return replace(condition, values=tuple(sorted({value for value in values if value is not None})))


def _resolved_value(condition: Condition, value: str, caller: KnownCaller) -> str | None:
    """Return the value with the values of its variables as literal text; None where it matches nothing."""
    is_arn = condition.operator.test == "ArnLike"
    written = pattern(value, variables=True, wildcards=condition.operator.test.endswith("Like"))
    if not written.has_variables():
        return value
    resolved = written.resolved(caller.context)
    if resolved is None or (is_arn and not resolved.has_arn_shape()):
        return None
    return "".join(_literal(part) if isinstance(part, str) else _wildcard(part) for part in resolved.parts)


def _literal(text: str) -> str:
    return "".join(f"${{{character}}}" if character in _SPECIAL else character for character in text)


def _wildcard(part: object) -> str:
    return "*" if getattr(part, "many", False) else "?"
