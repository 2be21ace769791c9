"""Deploy by stack sets, CloudFormation's own way to reach the accounts of an organisation."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamgen.aws.cloudformation import CAPABILITIES
from iamgen.aws_client.clients import Client, Clients
from iamgen.aws_client.errors import code_of
from iamgen.aws_client.polling import Pace
from iamgen.deploy.stack_set_operation import AGAIN, ShowProgress, followed
from iamgen.diff.change import Change
from iamgen.diff.difference import differences
from iamgen.errors import Fault, refuse
from iamgen.iam.source import parse

_SETTLED = "CURRENT"  # of a stack in an account: it has the set's template
_INOPERABLE = (
    "take it out of the set: aws cloudformation delete-stack-instances --retain-stacks; delete its stack, deploy again"
)


@dataclass(frozen=True)
class StackSetSettings:
    """How a stack set reaches accounts: through the organisation, or by two roles."""

    units: tuple[str, ...] = ()
    """The organisational units that the accounts are in; none for a self-managed stack set."""
    delegated: bool = False
    """Whether iamgen acts as the organisation's delegated administrator."""
    administration_role: str | None = None
    """The ARN of the role that AWS assumes, for a self-managed stack set; None for the usual one."""
    execution_role: str | None = None
    """The name of the role in each account, for a self-managed stack set; None for the usual one."""
    failures: int = 0
    """How many accounts may fail before AWS stops."""
    at_once: int = 1
    """How many accounts are worked on at once."""

    @property
    def model(self) -> str:
        """AWS's name for this way to reach accounts."""
        return "SERVICE_MANAGED" if self.units else "SELF_MANAGED"

    @property
    def caller(self) -> dict[str, str]:
        """As whom each request is sent."""
        return {"CallAs": "DELEGATED_ADMIN"} if self.delegated else {}

    @property
    def pace(self) -> dict[str, object]:
        """How many accounts may fail, and how many are worked on at once, for a request."""
        many = {"FailureToleranceCount": self.failures, "MaxConcurrentCount": self.at_once}
        # AWS's own mode works on no more at once than may fail, and one, whatever is asked for
        return {"OperationPreferences": {**many, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}}


@dataclass(frozen=True)
class StackSet:
    """What a stack set should be."""

    name: str
    """Its name."""
    template: Mapping[str, Any]
    """Its template."""
    tags: Mapping[str, str]
    """Its tags."""
    accounts: tuple[str, ...]
    """The ids of the accounts that get a stack."""
    settings: StackSetSettings = field(default_factory=StackSetSettings)
    """How it reaches them."""


@dataclass(frozen=True)
class PlannedSet:
    """What will be done to a stack set."""

    stack_set: StackSet
    """The stack set as it is to be."""
    changes: tuple[Change, ...]
    """What changes in the template."""
    missing: tuple[str, ...]
    """The ids of the accounts that get a stack."""
    strange: tuple[str, ...]
    """The ids of the accounts that the set has and nobody declares."""
    before: Mapping[str, Any] | None
    """The template until now; None where there is no such set."""
    unsettled: Mapping[str, str] = field(default_factory=dict)
    """The declared accounts whose stack does not have the template, with its status: there a deployment failed, or was
    stopped."""

    @property
    def exists(self) -> bool:
        """Whether there is such a stack set."""
        return self.before is not None

    @property
    def is_pending(self) -> bool:
        """Whether there is something to do."""
        return bool(not self.exists or self.changes or self.missing or self.unsettled)


def plan(clients: Clients, stack_set: StackSet) -> PlannedSet:
    """Return what is to be done. Raises IamgenError for what a stack set cannot reach, and when it is of another
    way."""
    settings = stack_set.settings
    if settings.units:
        _require_reachable(clients.organizations, stack_set)
    result = _read(clients.cloudformation, stack_set)
    if result is None:
        return PlannedSet(stack_set, differences(None, stack_set.template), stack_set.accounts, (), None)
    if result.get("PermissionModel", "SELF_MANAGED") != settings.model:
        message = f"the stack set is {result['PermissionModel']}, and this would be {settings.model}"
        raise refuse(stack_set.name, message, "--ou is for the one, no --ou for the other")
    instances = _instances(clients.cloudformation, stack_set)
    before = parse(stack_set.name, result["TemplateBody"]).body
    changes = differences(before, stack_set.template)
    missing = tuple(account for account in stack_set.accounts if account not in instances)
    strange = tuple(sorted(instances.keys() - set(stack_set.accounts)))
    declared = {account: instances[account].status for account in stack_set.accounts if account in instances}
    unsettled = {item: status for item, status in declared.items() if status != _SETTLED}
    return PlannedSet(stack_set, changes, missing, strange, before, unsettled)


def _require_reachable(organizations: Client, stack_set: StackSet) -> None:
    """Refuse the management account: service-managed stack sets never reach it."""
    management = organizations.describe_organization()["Organization"]["MasterAccountId"]
    if management in stack_set.accounts:
        message = f"{management} is the organisation's management account, which its stack sets never reach"
        raise refuse(stack_set.name, message, "deploy it by itself: iamgen deploy ACCOUNT")


def _read(cloudformation: Client, stack_set: StackSet) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError

    try:
        result = cloudformation.describe_stack_set(StackSetName=stack_set.name, **stack_set.settings.caller)["StackSet"]
    except ClientError as exc:
        if code_of(exc) in {"StackSetNotFoundException", "StackSetNotFound"}:
            return None
        raise
    return None if result["Status"] == "DELETED" else result


@dataclass(frozen=True)
class _Instance:
    """An account's stack of a set: whether it has the set's template, and why not."""

    status: str
    reason: str


def _instances(cloudformation: Client, stack_set: StackSet) -> dict[str, _Instance]:
    pages = cloudformation.get_paginator("list_stack_instances").paginate(
        StackSetName=stack_set.name, **stack_set.settings.caller
    )
    result: dict[str, _Instance] = {}
    for item in (item for page in pages for item in page["Summaries"]):
        if item["Account"] not in result or item["Status"] != _SETTLED:  # in two regions, what is not settled counts
            result[item["Account"]] = _Instance(item["Status"], item.get("StatusReason", ""))
    return result


def carry_out(
    clients: Clients, planned: PlannedSet, pace: Pace, show: ShowProgress, begun: list[str] | None = None
) -> tuple[Fault, ...]:
    """Do what is planned, follow each account, and return what failed in any, and which accounts have no stack with
    the template in the end: AWS passes over an account that it does not find in the units. `begun` gets the id of each
    operation as soon as it has begun."""
    stack_set, cloudformation = planned.stack_set, clients.cloudformation
    begun = [] if begun is None else begun
    if not planned.exists:
        cloudformation.create_stack_set(**_definition(stack_set))
    faults: tuple[Fault, ...] = ()
    for operation in _operations(clients, planned):
        begun.append(operation["OperationId"])
        which = {"StackSetName": stack_set.name, "OperationId": operation["OperationId"], **stack_set.settings.caller}
        faults = followed(cloudformation, which, pace, show)
        if faults:
            break
    reported = {fault.where for fault in faults}
    not_reached = _not_reached(cloudformation, stack_set, failed=bool(faults))
    return (*faults, *(item for item in not_reached if item.where not in reported))


def _operations(clients: Clients, planned: PlannedSet) -> Iterator[Mapping[str, Any]]:
    """Begin what there is to do, one operation after the other: a stack set does one at a time."""
    stack_set, cloudformation = planned.stack_set, clients.cloudformation
    if planned.exists and planned.changes:  # reaches those that are not settled as well
        yield cloudformation.update_stack_set(**_definition(stack_set), **stack_set.settings.pace)
    elif planned.unsettled:
        yield cloudformation.update_stack_instances(**_in_accounts(clients, stack_set, planned.unsettled))
    if planned.missing:
        yield cloudformation.create_stack_instances(**_in_accounts(clients, stack_set, planned.missing))


def _in_accounts(clients: Clients, stack_set: StackSet, accounts: Collection[str]) -> dict[str, Any]:
    settings = stack_set.settings
    where = {"StackSetName": stack_set.name, "Regions": [clients.region], **_targets(stack_set, accounts)}
    return {**where, **settings.pace, **settings.caller}


def _not_reached(cloudformation: Client, stack_set: StackSet, *, failed: bool) -> Iterator[Fault]:
    """Yield the declared accounts that have no stack with the set's template; `failed` when it is known why."""
    instances, units = _instances(cloudformation, stack_set), ", ".join(stack_set.settings.units)
    for account in stack_set.accounts:
        result = instances.get(account)
        if result is None:
            hint = f"look whether it is in {units}, and not suspended" if units and not failed else AGAIN
            why = "not begun, because another failed" if failed else "AWS has passed over it"
            yield Fault(account, f"it has no stack of this set: {why}", hint)
        elif result.status != _SETTLED:
            reason = f": {result.reason}" if result.reason else ""
            hint = _INOPERABLE if result.status == "INOPERABLE" else AGAIN
            yield Fault(account, f"its stack does not have the template, it is {result.status}{reason}", hint)


def _definition(stack_set: StackSet) -> dict[str, Any]:
    settings = stack_set.settings
    roles = {"AdministrationRoleARN": settings.administration_role, "ExecutionRoleName": settings.execution_role}
    # who joins a unit later is declared first: nothing is deployed to an account by itself
    own = (
        {"AutoDeployment": {"Enabled": False}} if settings.units else {key: role for key, role in roles.items() if role}
    )
    return {
        "StackSetName": stack_set.name,
        "TemplateBody": json.dumps(stack_set.template, indent=2, sort_keys=True),
        "Capabilities": CAPABILITIES,
        "PermissionModel": settings.model,
        "Tags": [{"Key": key, "Value": value} for key, value in stack_set.tags.items()],
        **own,
        **settings.caller,
    }


def _targets(stack_set: StackSet, accounts: Collection[str]) -> dict[str, Any]:
    """Return what says where to: in the organisation's units none but the declared accounts."""
    if not stack_set.settings.units:
        return {"Accounts": list(accounts)}
    units = list(stack_set.settings.units)
    targets = {"OrganizationalUnitIds": units, "Accounts": list(accounts), "AccountFilterType": "INTERSECTION"}
    return {"DeploymentTargets": targets}
