"""Stack sets: CloudFormation's own way to the accounts of an organisation."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamgen.check.foreign import parse
from iamgen.cloud.clients import Client, Clients
from iamgen.cloud.errors import code_of
from iamgen.cloud.pace import Pace
from iamgen.errors import Fault, refuse
from iamgen.plan.change import Change
from iamgen.plan.difference import differences

Show = Callable[[str, str], None]


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
        return {
            "OperationPreferences": {"FailureToleranceCount": self.failures, "MaxConcurrentCount": self.at_once},
        }


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
    nobody declares, and the template `before`, None where there is no such set."""

    wanted: StackSet
    changes: tuple[Change, ...]
    missing: tuple[str, ...]
    strange: tuple[str, ...]
    before: Mapping[str, Any] | None

    @property
    def exists(self) -> bool:
        """Whether there is such a stack set."""
        return self.before is not None

    @property
    def is_pending(self) -> bool:
        """Whether there is something to do."""
        return bool(not self.exists or self.changes or self.missing)


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
    strange = tuple(sorted(instances - set(wanted.accounts)))
    return PlannedSet(wanted, changes, missing, strange, before)


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


def _instances(cloudformation: Client, wanted: StackSet) -> set[str]:
    pages = cloudformation.get_paginator("list_stack_instances").paginate(
        StackSetName=wanted.name, **wanted.settings.caller
    )
    return {one["Account"] for page in pages for one in page["Summaries"]}


def carry_out(clients: Clients, planned: PlannedSet, pace: Pace, show: Show) -> tuple[Fault, ...]:
    """Do what is planned, follow each account, and return what failed in any."""
    wanted, cloudformation = planned.wanted, clients.cloudformation
    faults: tuple[Fault, ...] = ()
    if not planned.exists:
        cloudformation.create_stack_set(**_definition(wanted))
    elif planned.changes:
        made = cloudformation.update_stack_set(**_definition(wanted), **wanted.settings.pace)
        faults = _followed(clients, wanted, made["OperationId"], pace, show)
    if planned.missing and not faults:
        made = cloudformation.create_stack_instances(
            StackSetName=wanted.name,
            Regions=[clients.region],
            **_targets(wanted, planned.missing),
            **wanted.settings.pace,
            **wanted.settings.caller,
        )
        faults = _followed(clients, wanted, made["OperationId"], pace, show)
    return faults


def _definition(wanted: StackSet) -> dict[str, Any]:
    settings = wanted.settings
    roles = {"AdministrationRoleARN": settings.administration_role, "ExecutionRoleName": settings.execution_role}
    # who joins a unit later is declared first: nothing is deployed to an account by itself
    own = {"AutoDeployment": {"Enabled": False}} if settings.units else {key: one for key, one in roles.items() if one}
    return {
        "StackSetName": wanted.name,
        "TemplateBody": json.dumps(wanted.template, indent=2, sort_keys=True),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
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


def _followed(clients: Clients, wanted: StackSet, operation: str, pace: Pace, show: Show) -> tuple[Fault, ...]:
    """Show each account's state until the operation has ended; return what failed."""
    which = {"StackSetName": wanted.name, "OperationId": operation, **wanted.settings.caller}
    for _ in pace.beats():
        found = clients.cloudformation.describe_stack_set_operation(**which)["StackSetOperation"]
        results = _results(clients.cloudformation, which)
        for one in results:
            show(one["Account"], one["Status"])
        if found["Status"] not in {"QUEUED", "RUNNING", "STOPPING"}:
            return tuple(_failures(wanted, found, results))
    raise AssertionError


def _results(cloudformation: Client, which: Mapping[str, str]) -> list[Mapping[str, Any]]:
    pages = cloudformation.get_paginator("list_stack_set_operation_results").paginate(**which)
    return [one for page in pages for one in page["Summaries"]]


def _failures(wanted: StackSet, found: Mapping[str, Any], results: Collection[Mapping[str, Any]]) -> list[Fault]:
    hint = "mend the cause, and deploy the stack set again"
    failed = [one for one in results if one["Status"] in {"FAILED", "CANCELLED"}]
    faults = [Fault(one["Account"], f"{one['Status']}: {one.get('StatusReason', 'no reason')}", hint) for one in failed]
    if found["Status"] != "SUCCEEDED":
        reason = found.get("StatusReason", "")
        ended = f"the operation ended in {found['Status']}{': ' if reason else ''}{reason}"
        faults.append(Fault(wanted.name, ended, hint))
    return faults
