"""Find whom only one of two trust policies lets in: each name, with the user or subject that is demanded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from iamgen.access.conditions import Condition, Operator
from iamgen.access.documents import Principal, Statement
from iamgen.questions.trusted_strangers import stranger
from iamgen.regions.statement_formulas import unnamed

_USER_NAME = "aws:username"
_EQUAL = ("StringEquals", "StringLike")
_VARYING = frozenset("*?$")
EVERYBODY = Principal("*", "*")


@dataclass(frozen=True)
class TrustedParty:
    """A principal that a trust policy means."""

    principal: Principal
    """The name in its Principal element."""
    demand: Condition | None = None
    """The condition that says which users of an account, or which subjects of an identity provider, are meant."""

    @property
    def name(self) -> str:
        """The user's name or the subject where one is demanded, else the name of the principal."""
        return self.demand.values[0] if self.demand else self.principal.name

    @property
    def names(self) -> frozenset[Principal]:
        """Every name that a trust policy can mean them by."""
        if self.principal.kind != "AWS" or self.principal.name == "*":
            return frozenset({self.principal})
        return stranger(self.principal.name).principals

    @property
    def account_id(self) -> str:
        """The id of the account that an AWS principal is in; empty for all others."""
        if self.principal.name.startswith("arn:"):
            return self.principal.name.split(":")[4]
        return self.principal.name if self.principal.name.isdecimal() else ""

    @property
    def is_account(self) -> bool:
        """Whether the principal is an account as a whole."""
        return self.principal.name == self.account_id != "" or self.principal.name.endswith(":root")

    @property
    def restriction(self) -> tuple[Statement, ...]:
        """A Deny of everybody who is not meant by the demand; none where nothing is demanded."""
        if self.demand is None:
            return ()
        negated = replace(self.demand, operator=Operator(self.demand.operator.test, negated=True))
        return (Statement("Deny", actions=("*",), principals=(EVERYBODY,), conditions=(negated,)),)


def changed_statements(before: Iterable[Statement], after: Iterable[Statement]) -> tuple[Statement, ...]:
    """Return the statements that only one of the sides has, whatever they are called."""
    first, second = {unnamed(item) for item in before}, {unnamed(item) for item in after}
    return tuple(sorted(first ^ second, key=repr))


def changed_parties(before: Iterable[Statement], after: Iterable[Statement]) -> tuple[TrustedParty, ...]:
    """Return whom statements mean that only one of the sides has.

    Statements that differ in nothing but whom they name are compared name by name: about those whom both name, they say
    the same.
    """
    first, second = _parties_by_rest(before), _parties_by_rest(after)
    changed = [party for rest in first.keys() | second.keys() for party in first[rest] ^ second[rest]]
    return tuple(sorted(set(changed), key=lambda party: (party.principal, party.name)))


def parties_of(statements: Iterable[Statement]) -> tuple[TrustedParty, ...]:
    """Return everybody whom statements mean, each once."""
    parties = {party for listed in _parties_by_rest(statements).values() for party in listed}
    return tuple(sorted(parties, key=lambda party: (party.principal, party.name)))


def _parties_by_rest(statements: Iterable[Statement]) -> defaultdict[Statement, frozenset[TrustedParty]]:
    """Return whom statements mean, by what they say besides."""
    parties: defaultdict[Statement, frozenset[TrustedParty]] = defaultdict(frozenset)
    for statement in map(unnamed, statements):
        if statement.not_principals or statement.unread:
            parties[statement] |= {TrustedParty(EVERYBODY)}
            continue
        for principal in statement.principals:
            demand = _demand(principal, statement)
            conditions = tuple(item for item in statement.conditions if item is not demand)
            rest = replace(statement, principals=(), conditions=tuple(sorted(conditions, key=repr)))
            parties[rest] |= frozenset(_meant(principal, demand))
    return parties


def _meant(principal: Principal, demand: Condition | None) -> Iterator[TrustedParty]:
    if demand is None:
        yield TrustedParty(principal)
        return
    yield from (TrustedParty(principal, replace(demand, values=(value,))) for value in demand.values)


def _demand(principal: Principal, statement: Statement) -> Condition | None:
    """Return the condition that names users of an account, or subjects of an identity provider."""
    plain = [
        item
        for item in statement.conditions
        if item.operator.test in _EQUAL
        and not (item.operator.negated or item.operator.if_exists or item.operator.qualifier)
    ]
    if principal.kind == "Federated":
        subjects = [item for item in plain if item.key.lower().endswith(":sub")]
        return subjects[0] if subjects and not any("$" in value for value in subjects[0].values) else None
    users = [item for item in plain if item.key.lower() == _USER_NAME and not _varies(item)]
    return users[0] if users and principal.kind == "AWS" else None


def _varies(condition: Condition) -> bool:
    return any(_VARYING & set(value) for value in condition.values)
