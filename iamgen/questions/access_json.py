"""Write who can act as what, and what nobody uses, as JSON in the shapes of the schemas beside this module."""

from __future__ import annotations

from iamgen.declaration.expiry import iso
from iamgen.questions.access_answer import AccessOverview
from iamgen.questions.action_summary import ActionSummary
from iamgen.questions.can_json import VERSION
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import HeldRole, role_label
from iamgen.questions.limits import not_looked_at_of_all
from iamgen.questions.model import AccessModel
from iamgen.questions.path_steps import way_path
from iamgen.questions.unused_parts import UnusedPart
from iamgen.questions.unused_text import NOT_TOLD


def plain_overview(overview: AccessOverview) -> dict[str, object]:
    """Return as JSON values who can act as what and, for one person by name, what they may do."""
    request, model = overview.request, overview.asker.model
    return {
        "version": VERSION,
        "question": {
            "who": request.actor,
            "in": request.account,
            "role": request.role,
            "at": iso(request.circumstances.moment),
        },
        "source": model.origin,
        "accounts": [{"name": account.name, "id": account.id} for account in model.accounts],
        "holders": [
            {
                "kind": actor.kind,
                "name": actor.name,
                "account": actor.account or None,
                "access": [_held(overview, item) for item in held],
            }
            for actor, held in overview.by_actor.items()
        ],
        "unknown_principals": [
            {"name": name, "roles": [role.entity.arn for role in roles]} for name, roles in overview.unknown.items()
        ],
        "not_looked_at": [*overview.beside_list, *not_looked_at_of_all(model)],
        "unread": [fault.plain() for fault in model.unread],
    }


def _held(overview: AccessOverview, held: HeldRole) -> dict[str, object]:
    entity = held.known.entity
    is_named = overview.request.actor is not None
    return {
        "account": held.known.account.name,
        "role": role_label(held.known) if held.is_role else None,
        "as": entity.arn,
        "answer": "yes" if held.way.is_certain else "depends",
        "until": iso(held.end) if held.end else None,
        "reason": held.reason or None,
        "declared": held.declared or None,
        "path": [step.plain() for step in way_path(held.way, overview.asker.model.granted)],
        "services": _services(overview.summary(held)) if is_named else None,
    }


def _services(summary: ActionSummary) -> dict[str, object]:
    return {
        service: {
            level: {"allowed": list(item.allowed), "depends": list(item.depending), "actions": item.total}
            for level, item in levels.items()
        }
        for service, levels in summary.services.items()
    }


def plain_unused(
    model: AccessModel, parts: tuple[UnusedPart, ...], account: str | None, circumstances: Circumstances
) -> dict[str, object]:
    """Return what nobody uses as JSON values."""
    return {
        "version": VERSION,
        "question": {"in": account, "at": iso(circumstances.moment)},
        "source": model.origin,
        "unused": [
            {
                "kind": part.kind,
                "name": part.name,
                "account": part.account,
                "arn": part.arn,
                "place": part.place.plain(),
                "doubt": part.doubt or None,
            }
            for part in parts
        ],
        "not_looked_at": [NOT_TOLD, *not_looked_at_of_all(model)],
        "unread": [fault.plain() for fault in model.unread],
    }
