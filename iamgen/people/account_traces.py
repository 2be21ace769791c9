"""Find the traces of a leaver in an account: roles with possible sessions, trust in them, users with their name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.deploy.authorization_details import KINDS, ROLE, USER, PrincipalState, held
from iamgen.deploy.revocation import Revocation, revocation, revocation_name
from iamgen.deploy.target_account import TargetAccount

_OF_AWS = (":role/aws-service-role/", ":role/aws-reserved/")
"""Roles that nobody but AWS can change, and that no IAM user can assume."""


@dataclass(frozen=True)
class Leaver:
    """Somebody who is offboarded."""

    name: str
    """The name of their IAM user."""
    id: str
    """Its unique id; empty where the user was gone before anybody asked."""
    arn: str
    """Its ARN."""


@dataclass(frozen=True)
class SessionRole:
    """A role that may have sessions of the leaver."""

    name: str
    """The role's name."""
    revocation: Revocation | None
    """What has ended the leaver's sessions already; None where nothing has."""


@dataclass(frozen=True)
class AccountTraces:
    """What an account has of a leaver."""

    account: TargetAccount
    """The account."""
    roles: tuple[SessionRole, ...]
    """The roles that may have sessions of theirs, by name."""
    trusting: tuple[str, ...]
    """The roles whose trust policies name them, by name."""
    namesake: str = ""
    """An IAM user of the same name in an account that does not hold people; empty where there is none."""


def account_traces(iam: Client, account: TargetAccount, leaver: Leaver, stack: str) -> AccountTraces:
    """Return what an account has of a leaver. Raises what boto3 raises.

    Sessions are looked for at every role that some principal of AWS may assume, and at every role of the stack, which
    may have trusted the leaver until its last deployment: a role can be reached over several others.
    """
    everybody = held(iam, str(account), {ROLE: KINDS[ROLE], USER: KINDS[USER]})
    roles = {name: state for (kind, name), state in everybody.items() if kind == ROLE and not _is_of_aws(state)}
    names = [name for (kind, name), _ in everybody.items() if kind == USER]
    identities = {leaver.arn, leaver.id} - {""}
    is_elsewhere = leaver.arn.split(":")[4] != account.id
    namesakes = [name for name in names if name.casefold() == leaver.name.casefold()] if is_elsewhere else []
    return AccountTraces(
        account,
        tuple(
            SessionRole(name, revocation(leaver.name, state.inline.get(revocation_name(leaver.name))))
            for name, state in sorted(roles.items())
            if _is_of_stack(name, stack, account) or any(True for _ in trusted_principals(state.trust))
        ),
        tuple(name for name, state in sorted(roles.items()) if identities & {*trusted_principals(state.trust)}),
        next(iter(namesakes), ""),
    )


def _is_of_aws(state: PrincipalState) -> bool:
    return any(path in state.arn for path in _OF_AWS)


def _is_of_stack(name: str, stack: str, account: TargetAccount) -> bool:
    return name.startswith(f"{stack}-") and name.endswith(f"-{account.id}")


def trusted_principals(trust: Mapping[str, Any]) -> Iterator[str]:
    """Yield the principals of AWS, accounts among them, that a trust policy lets in; `*` for all but some."""
    for statement in _allowing(trust):
        yield from ["*"] if "NotPrincipal" in statement else _named(statement.get("Principal", {}), "AWS")


def trusted_providers(trust: Mapping[str, Any]) -> Iterator[str]:
    """Yield the identity providers whose users a trust policy may let in: their ARNs, or their names."""
    for statement in _allowing(trust):
        principal = statement.get("Principal", {})
        if isinstance(principal, Mapping):
            yield from _named(principal, "Federated")


def _allowing(trust: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    statements = trust.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement.get("Effect") == "Allow":
            yield statement


def _named(principal: Any, kind: str) -> list[str]:  # noqa: ANN401  # as JSON has it
    if isinstance(principal, str):
        return [principal]
    names = principal.get(kind, [])
    return names if isinstance(names, list) else [names]
