"""How many managed policies may be attached to a role, user or group."""

from __future__ import annotations

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.iam.template import GROUP, ROLE, Resource


def attachable(holder: Resource, facts: Facts) -> int:
    """Return how many managed policies can be attached to a role, user or group."""
    if holder.type == ROLE:
        return facts.managed_policies_quota
    return quotas.POLICIES_OF_A_GROUP if holder.type == GROUP else quotas.POLICIES_OF_A_USER
