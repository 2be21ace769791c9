"""Refuse deployments that would trust declared people who do not exist: AWS refuses them half way, one at a time."""

from __future__ import annotations

from collections.abc import Mapping

from iamgen.deploy.declared_people import newly_trusted
from iamgen.deploy.planner import Prepared, body, show_refused
from iamgen.errors import Fault, IamgenError


def trusting_missing_people(
    ready: Mapping[str, Prepared],
) -> tuple[Mapping[str, IamgenError], tuple[Fault, ...]]:
    """Return why planned deployments are refused, by account, and the people who are missing without that consequence.

    Who is missing is known when the account that holds the people is among the planned.
    """
    missing = {arn: fault for item in ready.values() for arn, fault in item.people.missing.items()}
    refused = {name: faults for name, item in ready.items() if (faults := _refusal(item, missing))}
    for name in refused:
        show_refused(ready[name], ready[name].changes)
    consequential = {fault for faults in refused.values() for fault in faults}
    rest = tuple(fault for fault in missing.values() if fault not in consequential)
    return {name: IamgenError(faults) for name, faults in refused.items()}, rest


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
