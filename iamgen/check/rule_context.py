"""What rules know besides the template itself: nothing, or what the declaration says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from iamgen.aws import quotas

if TYPE_CHECKING:
    from iamgen.questions.escalation import EscalationSearch


@dataclass(frozen=True)
class Facts:
    """The facts of one template. The default values suit a template that iamgen did not make."""

    partition: str = "aws"
    """The partition of the template's account."""
    account_id: str | None = None
    """The account that the template is for, twelve digits, where it is known."""
    trust_policy_quota: int = quotas.TRUST_POLICY
    """How many characters, white space not counted, the trust policy of a role may have in the account."""
    managed_policies_quota: int = quotas.POLICIES_OF_A_ROLE
    """How many managed policies the account can attach to a role."""
    machines: frozenset[str] = frozenset()
    """Logical ids of users that are no people: they need no MFA."""
    admin_roles: frozenset[str] = frozenset({"AdminR"})
    """Logical ids of roles, and of policies, that may allow everything."""
    iam_roles: frozenset[str] = frozenset()
    """Logical ids of roles, groups and policies that are declared to have power over IAM, or to escalate."""
    emergencies: frozenset[str] = frozenset()
    """Names of the inline policies that are declared as Emergency, as the template has them."""
    unlisted_power: frozenset[str] = frozenset()
    """`SERVICE:*` of each service that is not in the list of AWS's, and of which the declaration has been warned."""
    causes: Mapping[str, str] = field(default_factory=dict)
    """Logical id → where it was declared, `users.py:12`."""
    escalation: Callable[[], EscalationSearch] | None = None
    """Returns the search for paths to more power over all accounts; None where the template is all that is known."""
    is_critical: bool = False
    """Whether the account is one in which nothing happens without approval: production, or where the people are."""
    administrators_everywhere: Mapping[str, str] = field(default_factory=dict)
    """Who has AdminR in every account without an end, and the logical id by which `causes` has them. Of one account's
    facts alone, so that it is told once."""
    held_roles: frozenset[str] = frozenset()
    """Logical ids of roles that somebody may assume in some account, as far as it is declared."""
    now: datetime | None = None
    """The time of the check; None for the time at which a rule asks."""
