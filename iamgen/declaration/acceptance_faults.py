"""Find every fault in how ACCEPTED of users.py is written: no reason, no limits, unknown accounts, what stands twice.

Nothing here is imported for a users.py that accepts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iamgen.declaration.assertion_faults import unknown_account_faults
from iamgen.declaration.audit_rules import DETAILS
from iamgen.declaration.declared_type import Acceptance, MisDeclared, texts_of

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.users_file import Written

_WILDCARDS = "*?"


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of what is accepted, held against the accounts."""
    first_lines: dict[Acceptance, int] = {}
    for acceptance in written.accepted:
        yield from _limit_faults(acceptance)
        yield from _account_faults(acceptance, accounts)
        if not acceptance.reason.strip():
            problem = f"{acceptance.label} has no reason"
            yield MisDeclared(acceptance.origin, problem, "say why, for whoever reads it next", "reason")
        if acceptance in first_lines:
            problem = f"{acceptance.label} stands on line {first_lines[acceptance]} already"
            yield MisDeclared(acceptance.origin, problem, "remove one of the two")
        first_lines.setdefault(acceptance, acceptance.origin.line)


def _limit_faults(acceptance: Acceptance) -> Iterator[MisDeclared]:
    """Find an acceptance that would hold for more than somebody can have looked at."""
    if not acceptance.subject.strip(_WILDCARDS):
        problem = f"{acceptance.label} names nothing in particular, and so would accept whatever the rule finds"
        yield MisDeclared(
            acceptance.origin, problem, "name the user, role, group or policy that was looked at", "subject"
        )
    detail = DETAILS.get(acceptance.rule)  # type: ignore[call-overload]  # any rule
    if detail and not acceptance.detail:
        problem = f"{acceptance.label} lacks its detail, and would accept more than was looked at"
        hint = f"write detail=…: {detail}; iamgen audit --json has it"
        yield MisDeclared(acceptance.origin, problem, hint)
    elif acceptance.detail and not detail and acceptance.rule != "administrator":
        problem = f"{acceptance.label}: findings of this rule have no detail"
        yield MisDeclared(acceptance.origin, problem, "leave it out", "detail")


def _account_faults(acceptance: Acceptance, accounts: Accounts) -> Iterator[MisDeclared]:
    if not texts_of(acceptance.accounts):
        problem = f"{acceptance.label}: accounts is empty, and so it would hold nowhere"
        yield MisDeclared(acceptance.origin, problem, "name the account, or write '*' for all of them", "accounts")
    yield from unknown_account_faults(acceptance, accounts)
