"""Decide whether a deployment takes away the last way into an account.

The evaluator of `iamgen.access` is asked what a principal can do by the deployed template and by the new one: the
role or user that deploys, whoever is in PowerG, and the holders of AdminR. What they could not do before they cannot
lose. Where that cannot be decided, it is a refusal as well, which says why. AWS is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from iamgen.aws_client.clients import Identity
from iamgen.declaration.naming import ASSUME_GROUP
from iamgen.deploy.administrators import lost_by_admins, lost_by_power_group, power_of_group
from iamgen.deploy.assuming import labels
from iamgen.deploy.deploying_principal import DeployingPrincipal
from iamgen.deploy.holders import Holders
from iamgen.deploy.service_role import ServiceRole
from iamgen.deploy.template_change import ADMIN, HINT, POWER, Moment, Sides, TemplateChange
from iamgen.errors import Fault

SOON = timedelta(days=30)
_USER = re.compile(r"arn:[\w-]+:iam::\d+:user/(?:.*/)?(?P<name>[^/]+)")
_EXTEND = "extend it in users.py, or see to it that there is another way in"


@dataclass(frozen=True)
class Losses:
    """What a deployment would take away."""

    refusals: tuple[Fault, ...] = ()
    """What is refused without `--lock-me-out`."""
    warnings: tuple[Fault, ...] = ()
    """Last ways in that end by themselves within 30 days."""
    notes: tuple[str, ...] = ()
    """What was not looked at."""


def losses(change: TemplateChange, caller: Identity | None, now: datetime) -> Losses:
    """Return each way into the account that one template has and the other does not.

    `caller` is the principal that deploys, None where nobody knows it yet. What has expired at `now` is no way in.
    """
    if change.before is None:
        return Losses()
    was, will = (Moment(Holders.of(item, change.place), now) for item in (change.before, change.sent))
    sides = Sides(change, was, will)
    later = Sides(change, will, Moment(will.holders, now + SOON))
    notes = tuple(_notes(sides, caller)) if change.before != change.sent else ()
    return Losses(tuple(dict.fromkeys(_refusals(sides, caller))), tuple(dict.fromkeys(_endings(later, caller))), notes)


def _refusals(sides: Sides, caller: Identity | None) -> Iterator[Fault]:
    principal = DeployingPrincipal(sides, caller) if caller else None
    yield from principal.losses() if principal else ()
    if not (principal and principal.role == ADMIN):  # of the role that deploys stricter rules speak
        yield from lost_by_admins(sides)
    yield from lost_by_power_group(sides, principal.user if principal else "")
    if sides.change.service_role:
        yield from ServiceRole(sides, sides.change.service_role).losses()


def _endings(sides: Sides, caller: Identity | None) -> Iterator[Fault]:
    """Yield what is there at the first moment and has ended at the second; the template is the same."""
    date = f"{sides.after.time:%Y-%m-%d}"
    principal = DeployingPrincipal(sides, caller) if caller else None
    for role in dict.fromkeys([ADMIN, *([principal.role] if principal and principal.role else [])]):
        before, after = sides.trusting(role)
        admitted = before.admitted()
        if admitted and not after.admitted():
            message = f"all grants of {role} end before {date}; now {labels(admitted.values())} may assume it"
            yield Fault(sides.at(role), message, _EXTEND)
    service_role = sides.change.service_role
    of_service_role = ServiceRole(sides, service_role).losses() if service_role else ()
    for fault in (*(principal.role_power() if principal else ()), *power_of_group(sides), *of_service_role):
        yield Fault(fault.where, f"this ends before {date}: {fault.problem}", _EXTEND)


def _notes(sides: Sides, caller: Identity | None) -> Iterator[str]:
    if _assumes_otherwise(sides):
        message = "whether its members can still assume the roles of other accounts was not looked at"
        yield f"{sides.change.where}: what {ASSUME_GROUP} allows changes: {message}"
    if sides.change.service_role:
        yield from ServiceRole(sides, sides.change.service_role).notes()
    if caller:
        yield from DeployingPrincipal(sides, caller).notes()
    else:
        message = "whether the principal that will deploy could deploy again was not looked at"
        yield f"{sides.change.where}: {message}"


def _assumes_otherwise(sides: Sides) -> bool:
    """Whether the group by which people assume roles has other policies than before, or is gone."""
    groups = [side.holders.of_logical_id(ASSUME_GROUP) for side in sides.both]
    before, after = (group.policies if group else () for group in groups)
    return bool(before) and before != after


def lost_by_repair(where: str, stays: Iterable[str], removed: Iterable[str], caller: str) -> Iterator[Fault]:
    """Yield what is lost when `removed` are taken out of PowerG, who were put there by hand; `stays` are those who
    are in it then: who is declared and does not exist is not."""
    gone, user = set(removed), _USER.fullmatch(caller)
    if user and user["name"] in gone:
        message = f"{user['name']}, who deploys, is in {POWER} by hand and would be taken out of it"
        yield Fault(f"{where} {POWER}", message, f"declare power=True in users.py, or {HINT}")
    elif gone and not set(stays):
        message = f"nobody would be in {POWER} any more; now it has {', '.join(sorted(gone))}, by hand"
        yield Fault(f"{where} {POWER}", message, f"declare power=True in users.py for somebody who exists, or {HINT}")
