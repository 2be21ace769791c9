"""Put conditions of statements into words, and find which of them a request meets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iamgen.access.answers import Answer
from iamgen.access.conditions import Condition, Operator
from iamgen.access.context import Context, ContextValue
from iamgen.access.documents import Statement
from iamgen.access.errors import AccessError
from iamgen.access.values import moment
from iamgen.declaration.expiry import spoken

_MFA = "aws:multifactorauthpresent"
_COMPARED = {
    "StringEquals": ("is", "is not"),
    "StringEqualsIgnoreCase": ("is, whatever its case,", "is not, whatever its case,"),
    "StringLike": ("is like", "is not like"),
    "ArnLike": ("is like", "is not like"),
    "Bool": ("is", "is not"),
    "IpAddress": ("is in", "is not in"),
    "NumericEquals": ("is", "is not"),
    "NumericLessThan": ("is less than", ""),
    "NumericLessThanEquals": ("is at most", ""),
    "NumericGreaterThan": ("is more than", ""),
    "NumericGreaterThanEquals": ("is at least", ""),
    "DateEquals": ("is", "is not"),
    "DateLessThan": ("is before", ""),
    "DateLessThanEquals": ("is at most", ""),
    "DateGreaterThan": ("is after", ""),
    "DateGreaterThanEquals": ("is at least", ""),
}
_QUALIFIED = {"": "", "ForAllValues": "every value of ", "ForAnyValue": "a value of "}


def concerns(statement: Statement, action: str) -> Answer:
    """Return whether a statement is about an action, whatever the resource and the conditions."""
    listed = statement.action_list.matches(action.lower())
    return listed.opposite() if statement.not_actions else listed


def in_words(condition: Condition) -> str:
    """Return a condition as part of a sentence: `with MFA`, `aws:SourceIp is in 10.0.0.0/8`."""
    operator, values = condition.operator, " or ".join(condition.values)
    if condition.key.lower() == _MFA and operator.test == "Bool" and condition.values == ("true",):
        return "with MFA" if not operator.if_exists else "with MFA, or with keys that have no such mark"
    if condition.key.lower() == "aws:currenttime" and operator.test == "DateLessThan":
        return f"until {' or '.join(map(_end, condition.values))}"
    if operator.test == "Null":
        return f"{condition.key} is {'absent' if condition.values == ('true',) else 'there'}"
    words = f"{_QUALIFIED[operator.qualifier]}{condition.key} {_verb(operator)} {values}"
    is_conditional = operator.if_exists or operator.qualifier
    return f"{words}, or is absent" if is_conditional and operator.without_key() else words


def _end(value: str) -> str:
    """Return the end that a condition names in the words of all other ends; as it is where it is no time."""
    try:
        return spoken(moment(value))
    except AccessError:
        return value


def _verb(operator: Operator) -> str:
    positive, negative = _COMPARED.get(operator.test, ("is", "is not"))
    return (negative or f"not {positive}") if operator.negated else positive


def unmet(statement: Statement, context: Mapping[str, ContextValue]) -> Iterator[str]:
    """Yield the conditions of a statement that a request surely does not meet, in words."""
    facts = Context.of(context)
    yield from (in_words(item) for item in statement.conditions if item.answer(facts).no)


def undecided(statement: Statement, context: Mapping[str, ContextValue]) -> Iterator[str]:
    """Yield, in words, what decides whether a statement applies and cannot be known."""
    yield from unknown_conditions(statement, context)
    yield from (f"{fault.where}: {fault.problem}" for fault in statement.unread)


def unknown_conditions(statement: Statement, context: Mapping[str, ContextValue]) -> Iterator[str]:
    """Yield the conditions of a statement of which nobody can know whether a request meets them, in words.

    Where the value of the key is known and the answer is not, the reason is another one, and stands behind them.
    """
    facts = Context.of(context)
    for item in statement.conditions:
        answer = item.answer(facts)
        if answer.unknown and (facts.unsaid(item.key) or not facts.has(item.key)):
            yield in_words(item)
        elif answer.unknown:
            reasons = "; ".join(f"{fault.where} {fault.problem}" for fault in answer.reasons)
            yield f"{in_words(item)}, which cannot be decided: {reasons}"
