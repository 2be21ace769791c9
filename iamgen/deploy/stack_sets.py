"""Stack sets: CloudFormation's own way to the accounts of an organisation."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamgen.aws.cloudformation import CAPABILITIES
from iamgen.aws_client.clients import Client, Clients
from iamgen.aws_client.errors import code_of
from iamgen.aws_client.polling import Pace
from iamgen.deploy.stack_set_operation import AGAIN, Show, followed
from iamgen.diff.change import Change
from iamgen.diff.difference import differences
from iamgen.errors import Fault, refuse
from iamgen.iam.source import parse

_SETTLED = "CURRENT"  # of a stack in an account: it has the set's template
_INOPERABLE = (
    "take it out of the set: aws cloudformation delete-stack-instances --retain-stacks; delete its stack, deploy again"
)


@dataclass(frozen=True)
class Settings:
    """How a stack set reaches accounts: through the organisation, into these units, or, without any, by two roles;
    how many accounts may fail, and how many are worked on at once."""

    units: tuple[str, ...] = ()
    delegated: bool = False
    administration_role: str | None = None
    execution_role: str | None = None
    failures: int = 0
    at_once: int = 1

    @property
    def model(self) -> str:
        """What AWS calls the way."""
        return "SERVICE_MANAGED" if self.units else "SELF_MANAGED"

    @property
    def caller(self) -> dict[str, str]:
        """As whom one asks, for every request."""
        return {"CallAs": "DELEGATED_ADMIN"} if self.delegated else {}

    @property
    def pace(self) -> dict[str, object]:
        """How many may fail and are worked on at once, for a request."""
        many = {"FailureToleranceCount": self.failures, "MaxConcurrentCount": self.at_once}
        # AWS's own mode works on no more at once than may fail, and one, whatever is asked for
        return {"OperationPreferences": {**many, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}}


@dataclass(frozen=True)
class StackSet:
    """What a stack set is to be: its name, template and tags, the accounts by id, the region."""

    name: str
    template: Mapping[str, Any]
    tags: Mapping[str, str]
    accounts: tuple[str, ...]
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class PlannedSet:
    """What is to be done: the template's changes, the accounts that get a stack, accounts that the set has and
    nobody declares, the template `before`, None where there is no such set, and the declared accounts whose stack does
    not have it, with their status: there a deployment failed, or was stopped."""

    wanted: StackSet
    changes: tuple[Change, ...]
    missing: tuple[str, ...]
    strange: tuple[str, ...]
    before: Mapping[str, Any] | None
    unsettled: Mapping[str, str] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Whether there is such a stack set."""
        return self.before is not None

    @property
    def is_pending(self) -> bool:
        """Whether there is something to do."""
        return bool(not self.exists or self.changes or self.missing or self.unsettled)


def plan(clients: Clients, wanted: StackSet) -> PlannedSet:
    """Return what is to be done. Raises IamgenError for what a stack set cannot reach, and when it is of another
    way."""
    settings = wanted.settings
    if settings.units:
        _require_reachable(clients.organizations, wanted)
    found = _read(clients.cloudformation, wanted)
    if found is None:
        return PlannedSet(wanted, differences(None, wanted.template), wanted.accounts, (), None)
    if found.get("PermissionModel", "SELF_MANAGED") != settings.model:
        what = f"the stack set is {found['PermissionModel']}, and this would be {settings.model}"
        raise refuse(wanted.name, what, "--ou is for the one, no --ou for the other")
    instances = _instances(clients.cloudformation, wanted)
    before = parse(wanted.name, found["TemplateBody"]).body
    changes = differences(before, wanted.template)
    missing = tuple(one for one in wanted.accounts if one not in instances)
    strange = tuple(sorted(instances.keys() - set(wanted.accounts)))
    declared = {one: instances[one].status for one in wanted.accounts if one in instances}
    unsettled = {one: status for one, status in declared.items() if status != _SETTLED}
    return PlannedSet(wanted, changes, missing, strange, before, unsettled)


def _require_reachable(organizations: Client, wanted: StackSet) -> None:
    """Refuse the management account: service-managed stack sets never reach it."""
    management = organizations.describe_organization()["Organization"]["MasterAccountId"]
    if management in wanted.accounts:
        what = f"{management} is the organisation's management account, which its stack sets never reach"
        raise refuse(wanted.name, what, "deploy it by itself: iamgen deploy ACCOUNT")


def _read(cloudformation: Client, wanted: StackSet) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError

    try:
        found = cloudformation.describe_stack_set(StackSetName=wanted.name, **wanted.settings.caller)["StackSet"]
    except ClientError as exc:
        if code_of(exc) in {"StackSetNotFoundException", "StackSetNotFound"}:
            return None
        raise
    return None if found["Status"] == "DELETED" else found


@dataclass(frozen=True)
class _Instance:
    """An account's stack of a set: whether it has the set's template, and why not."""

    status: str
    reason: str


def _instances(cloudformation: Client, wanted: StackSet) -> dict[str, _Instance]:
    pages = cloudformation.get_paginator("list_stack_instances").paginate(
        StackSetName=wanted.name, **wanted.settings.caller
    )
    found: dict[str, _Instance] = {}
    for one in (one for page in pages for one in page["Summaries"]):
        if one["Account"] not in found or one["Status"] != _SETTLED:  # in two regions, what is not settled counts
            found[one["Account"]] = _Instance(one["Status"], one.get("StatusReason", ""))
    return found


def carry_out(
    clients: Clients, planned: PlannedSet, pace: Pace, show: Show, begun: list[str] | None = None
) -> tuple[Fault, ...]:
    """Do what is planned, follow each account, and return what failed in any, and which accounts have no stack with
    the template in the end: AWS passes over an account that it does not find in the units. `begun` gets the id of each
    operation as soon as it has begun."""
    wanted, cloudformation = planned.wanted, clients.cloudformation
    begun = [] if begun is None else begun
    if not planned.exists:
        cloudformation.create_stack_set(**_definition(wanted))
    faults: tuple[Fault, ...] = ()
    for operation in _operations(clients, planned):
        begun.append(operation["OperationId"])
        which = {"StackSetName": wanted.name, "OperationId": operation["OperationId"], **wanted.settings.caller}
        faults = followed(cloudformation, which, pace, show)
        if faults:
            break
    told = {fault.where for fault in faults}
    others = _not_reached(cloudformation, wanted, failed=bool(faults))
    return (*faults, *(one for one in others if one.where not in told))


def _operations(clients: Clients, planned: PlannedSet) -> Iterator[Mapping[str, Any]]:
    """Begin what there is to do, one operation after the other: a stack set does one at a time."""
    wanted, cloudformation = planned.wanted, clients.cloudformation
    if planned.exists and planned.changes:  # reaches those that are not settled as well
        yield cloudformation.update_stack_set(**_definition(wanted), **wanted.settings.pace)
    elif planned.unsettled:
        yield cloudformation.update_stack_instances(**_in_accounts(clients, wanted, planned.unsettled))
    if planned.missing:
        yield cloudformation.create_stack_instances(**_in_accounts(clients, wanted, planned.missing))


def _in_accounts(clients: Clients, wanted: StackSet, accounts: Collection[str]) -> dict[str, Any]:
    settings = wanted.settings
    where = {"StackSetName": wanted.name, "Regions": [clients.region], **_targets(wanted, accounts)}
    return {**where, **settings.pace, **settings.caller}


def _not_reached(cloudformation: Client, wanted: StackSet, *, failed: bool) -> Iterator[Fault]:
    """Yield the declared accounts that have no stack with the set's template; `failed` when it is known why."""
    instances, units = _instances(cloudformation, wanted), ", ".join(wanted.settings.units)
    for account in wanted.accounts:
        found = instances.get(account)
        if found is None:
            hint = f"look whether it is in {units}, and not suspended" if units and not failed else AGAIN
            why = "not begun, because another failed" if failed else "AWS has passed over it"
            yield Fault(account, f"it has no stack of this set: {why}", hint)
        elif found.status != _SETTLED:
            reason = f": {found.reason}" if found.reason else ""
            hint = _INOPERABLE if found.status == "INOPERABLE" else AGAIN
            yield Fault(account, f"its stack does not have the template, it is {found.status}{reason}", hint)


def _definition(wanted: StackSet) -> dict[str, Any]:
    settings = wanted.settings
    roles = {"AdministrationRoleARN": settings.administration_role, "ExecutionRoleName": settings.execution_role}
    # who joins a unit later is declared first: nothing is deployed to an account by itself
    own = {"AutoDeployment": {"Enabled": False}} if settings.units else {key: one for key, one in roles.items() if one}
    return {
        "StackSetName": wanted.name,
        "TemplateBody": json.dumps(wanted.template, indent=2, sort_keys=True),
        "Capabilities": CAPABILITIES,
        "PermissionModel": settings.model,
        "Tags": [{"Key": key, "Value": value} for key, value in wanted.tags.items()],
        **own,
        **settings.caller,
    }


def _targets(wanted: StackSet, accounts: Collection[str]) -> dict[str, Any]:
    """Return what says where to: in the organisation's units none but the declared accounts."""
    if not wanted.settings.units:
        return {"Accounts": list(accounts)}
    units = list(wanted.settings.units)
    targets = {"OrganizationalUnitIds": units, "Accounts": list(accounts), "AccountFilterType": "INTERSECTION"}
    return {"DeploymentTargets": targets}
