"""Refuse to offboard the person who is signed in, or the last person with power over IAM."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws_client.errors import DENIED_CODES, code_of, telling
from iamgen.declaration.naming import POWER_GROUP
from iamgen.errors import Fault
from iamgen.people.leaver_state import LeaverState
from iamgen.people.people_account import PeopleAccount


def guard_faults(people: PeopleAccount, state: LeaverState, *, allows_last: bool) -> Iterator[Fault]:
    """Yield why somebody must not be offboarded; `allows_last` permits to take the last who has power over IAM."""
    if _is_caller(people, state):
        problem = f"you are signed in as {state.leaver.name}, so the offboarding would stop half way"
        yield Fault(people.where, problem, "let somebody else do it")
    if not allows_last:
        yield from _last_power_faults(people, state)


def _is_caller(people: PeopleAccount, state: LeaverState) -> bool:
    """Whether the leaver is signed in, as their user or in a session of a role that has their name."""
    callers = (people.caller.arn, people.caller.source)
    name = state.leaver.name
    return any(arn == state.leaver.arn or (":assumed-role/" in arn and arn.endswith(f"/{name}")) for arn in callers)


def _last_power_faults(people: PeopleAccount, state: LeaverState) -> Iterator[Fault]:
    from botocore.exceptions import ClientError

    declaration = people.declaration
    group = declaration.naming(declaration.people_account).full(POWER_GROUP)
    if state.user is None or group not in state.user.groups:
        return
    hint = "put somebody else into it first: power=True, and iamgen user create; or --lock-me-out, if it is meant"
    try:
        with telling(people.where, people.clients.credentials):
            pages = people.clients.iam.get_paginator("get_group").paginate(GroupName=group)
            members = {user["UserName"] for page in pages for user in page["Users"]}
    except Exception as exc:
        if not isinstance(exc.__cause__, ClientError) or code_of(exc.__cause__) not in DENIED_CODES:
            raise
        yield Fault(people.where, f"who else is in {group} cannot be looked at: iam:GetGroup", hint)
        return
    if members <= {state.user.name}:
        yield Fault(people.where, f"{state.user.name} is the last in {group}, who has power over IAM", hint)
