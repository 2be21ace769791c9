"""Write who may do something as JSON, in the shape of the schema beside this module."""

from __future__ import annotations

from iamgen.declaration.expiry import iso
from iamgen.questions.can_json import VERSION
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.explanation import attempt_conditions
from iamgen.questions.grant_reasons import reason_of
from iamgen.questions.holders import AccessHolder, HolderAnswer, not_looked_at_by
from iamgen.questions.limits import plain_policy_list
from iamgen.questions.model import AccessModel
from iamgen.questions.path_steps import path


def plain_holders(
    model: AccessModel, holders: HolderAnswer, account: str | None, circumstances: Circumstances
) -> dict[str, object]:
    """Return everybody who may do something as JSON values."""
    return {
        "version": VERSION,
        "question": {
            "action": None if holders.is_admin else holders.demand.action,
            "on": holders.demand.scope.resource,
            "in": account,
            "admin": holders.is_admin,
            "at": iso(circumstances.moment),
        },
        "source": model.origin,
        "holders": [_plain(model, holder) for holder in holders.holders],
        "unreached_roles": [role.entity.arn for role in holders.of_nobody],
        "unknown_principals": [
            {"name": name, "roles": [role.entity.arn for role in roles]} for name, roles in holders.unknown.items()
        ],
        "managed_policies": plain_policy_list(model.policy_list),
        "not_looked_at": list(not_looked_at_by(model, holders)),
        "unread": [fault.plain() for fault in model.unread],
    }


def _plain(model: AccessModel, holder: AccessHolder) -> dict[str, object]:
    way = holder.attempt.way
    return {
        "kind": way.actor.kind,
        "name": way.actor.name,
        "account": way.actor.account_name or None,
        "as": way.acting.known.entity.arn,
        "answer": holder.level,
        "until": iso(holder.end) if holder.end else None,
        "reason": reason_of(model, holder.attempt) or None,
        "conditions": list(attempt_conditions(holder.attempt)),
        "actions": list(holder.actions),
        "path": [step.plain() for step in path(holder.attempt, model.granted)],
    }
