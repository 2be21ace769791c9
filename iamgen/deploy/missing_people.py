"""Refuse deployments that trust people without an IAM user: AWS would refuse them in the middle, one by one."""

from __future__ import annotations

from collections.abc import Mapping

from iamgen.deploy.declared_people import newly_trusted
from iamgen.deploy.planner import Prepared, body
from iamgen.errors import Fault, IamgenError


def refused_for_missing_people(ready: Mapping[str, Prepared]) -> Mapping[str, IamgenError]:
    """Return why planned deployments are refused, by account.

    Who is missing is known when the account that holds the people is among the planned.
    """
    missing = {arn: fault for item in ready.values() for arn, fault in item.people.missing.items()}
    faults = {name: _refusal(item, missing) for name, item in ready.items()}
    return {name: IamgenError(refusal) for name, refusal in faults.items() if refusal}


def _refusal(prepared: Prepared, missing: Mapping[str, Fault]) -> tuple[Fault, ...]:
    """Return which of the missing people the deployment would trust, and then that it is refused for that."""
    if not missing or not (prepared.change_set or prepared.afresh):
        return ()
    roles = newly_trusted(prepared.before, body(prepared.order, prepared.order.text))
    named = [arn for arn in missing if arn in roles]
    if not named:
        return ()
    trusting = ", ".join(sorted({role for arn in named for role in roles[arn]}))
    message = f"refused, because AWS accepts no trust in users who do not exist: {trusting}"
    return (*(missing[arn] for arn in named), Fault(prepared.order.where, message, "deploy again when they exist"))
