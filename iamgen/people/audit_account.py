"""Find what is unsafe or undeclared in an account: root, the password policy, trust, groups, roles and policies."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.declaration.naming import Naming
from iamgen.declaration.resolved import Account, Declaration, Machine, Person
from iamgen.deploy.authorization_details import GROUP, KINDS, ROLE, USER, Everybody
from iamgen.people.account_traces import trusted_principals, trusted_providers
from iamgen.people.audit_finding import AuditFinding
from iamgen.people.credential_report import ReportedUser

SHORTEST_PASSWORD, REMEMBERED_PASSWORDS = 14, 24
"""The baseline of the password policy: CIS AWS Foundations Benchmark."""
_POLICY = "AWS::IAM::ManagedPolicy"
_NAMES = {GROUP: "GroupName", ROLE: "RoleName", USER: "UserName", _POLICY: "ManagedPolicyName"}
_DELETED = ("AIDA", "AROA")
"""How the ids begin that AWS shows in a trust policy for a user or role that was deleted."""
_OF_AWS = (":role/aws-service-role/", ":role/aws-reserved/")


@dataclass(frozen=True)
class ExpectedAccount:
    """What an account has according to its template."""

    names: frozenset[tuple[str, str]]
    """The names of its groups, roles, policies and users, with their types."""
    principals: frozenset[str]
    """Whom its roles trust."""
    account_ids: frozenset[str]
    """The ids of all accounts that are declared."""
    users: frozenset[str]
    """The names of all people and CI users."""
    prefix: str
    """How the names of the stack's resources begin."""
    ending: str
    """How they end."""

    @classmethod
    def of(cls, text: str, declaration: Declaration, account: Account) -> ExpectedAccount:
        """Return what a rendered template gives an account."""
        resources: Mapping[str, Any] = json.loads(text)["Resources"]
        named = [
            (item["Type"], item["Properties"].get(_NAMES[item["Type"]]))
            for item in resources.values()
            if item["Type"] in _NAMES
        ]
        people: tuple[Person | Machine, ...] = (*declaration.people, *declaration.machines)
        return cls(
            frozenset((kind, name) for kind, name in named if name),
            frozenset(_trusted(resources, declaration.naming(account))),
            frozenset(other.id for other in declaration.accounts.values()),
            frozenset(user.name for user in people),
            f"{declaration.settings.stack}-",
            f"-{account.id}",
        )


def _trusted(resources: Mapping[str, Any], naming: Naming) -> Iterator[str]:
    """Yield whom the roles of a template trust; a resource of the template itself by its ARN."""
    for item in resources.values():
        if item["Type"] == ROLE:
            for principal in trusted_principals(item["Properties"]["AssumeRolePolicyDocument"]):
                yield principal if isinstance(principal, str) else _arn_of(principal, resources, naming)


def _arn_of(reference: Mapping[str, Any], resources: Mapping[str, Any], naming: Naming) -> str:
    """Return the ARN that `Fn::GetAtt` of a user or role stands for; templates have no other reference in a trust."""
    item = resources[reference["Fn::GetAtt"][0]]
    properties, kind = item["Properties"], item["Type"]
    return naming.arn(f"{KINDS[kind].lower()}{properties.get('Path', '/')}{properties[_NAMES[kind]]}")


def root_findings(root: ReportedUser, summary: Mapping[str, int]) -> Iterator[AuditFinding]:
    """Yield what is unsafe about the root user of an account. `summary` is the account's, by the names of
    GetAccountSummary; where it is empty, the root user is taken to have a password.

    A root user without a password, as accounts of an organization can have, needs no device: nobody can sign in.
    """
    has_password = summary.get("AccountPasswordPresent", 1) > 0
    if not root.has_mfa and has_password:
        problem = "the root user has no MFA device"
        yield AuditFinding("root-without-mfa", "root", problem, "sign in as root, and assign one")
    if summary.get("AccountSigningCertificatesPresent", 0) > 0:
        problem = "the root user has a signing certificate"
        yield AuditFinding("root-key", "root", problem, "sign in as root, and delete it", "certificate")
    if any(key.is_active for key in root.keys):
        problem = "the root user has an access key that works"
        yield AuditFinding("root-key", "root", problem, "sign in as root, and delete it", "access key")


def password_policy_findings(policy: Mapping[str, Any] | None) -> Iterator[AuditFinding]:
    """Yield where the password policy is weaker than the baseline. None means that the account has no policy of its
    own."""
    rules = policy or {}
    shortest, remembered = rules.get("MinimumPasswordLength", 8), rules.get("PasswordReusePrevention", 0)
    if shortest < SHORTEST_PASSWORD:
        problem = f"passwords may have {shortest} characters"
        yield _weak(problem, f"--minimum-password-length {SHORTEST_PASSWORD}", f"{shortest} characters")
    if remembered < REMEMBERED_PASSWORDS:
        problem = f"{remembered} earlier passwords are remembered" if remembered else "a password may be used again"
        yield _weak(problem, f"--password-reuse-prevention {REMEMBERED_PASSWORDS}", f"{remembered} remembered")


def _weak(problem: str, option: str, detail: str) -> AuditFinding:
    hint = f"aws iam update-account-password-policy {option}, beside its other options: it replaces all of them"
    return AuditFinding("weak-password-policy", "password policy", problem, hint, detail)


def trust_findings(has: Everybody, expected: ExpectedAccount, account: str) -> Iterator[AuditFinding]:
    """Yield roles that trust somebody who was deleted, or somebody outside the declaration."""
    for (kind, name), state in sorted(has.items(), key=lambda item: item[0]):
        if kind != ROLE or any(path in state.arn for path in _OF_AWS):
            continue
        hint = f"iamgen deploy {account} --repair" if (kind, name) in expected.names else "write its trust policy anew"
        for principal in dict.fromkeys(trusted_principals(state.trust)):
            if principal.startswith(_DELETED):
                problem = f"{name} trusts {principal}, a user or role that was deleted"
                yield AuditFinding("deleted-principal", name, problem, hint, principal)
            elif principal not in expected.principals and _is_outside(principal, expected):
                whom = "everybody" if principal == "*" else principal
                problem = f"{name} trusts {whom}, and no file declares that"
                yield AuditFinding("outside-principal", name, problem, hint, principal)
        for provider in dict.fromkeys(trusted_providers(state.trust)):
            if (kind, name) not in expected.names:  # those of the stack are compared by drift
                problem = f"{name} trusts users of the identity provider {provider}, and no file declares that"
                yield AuditFinding("outside-principal", name, problem, hint, provider)


def _is_outside(principal: str, expected: ExpectedAccount) -> bool:
    """Whether a principal is of no account of the declaration, or a user whom it does not know."""
    id_ = principal.split(":")[4] if principal.count(":") >= 5 else principal  # noqa: PLR2004  # an ARN has six parts
    is_stranger = ":user/" in principal and principal.rpartition("/")[2] not in expected.users
    return id_ not in expected.account_ids or is_stranger


def resource_findings(
    iam: Client, has: Everybody, expected: ExpectedAccount, machines: Collection[str]
) -> Iterator[AuditFinding]:
    """Yield groups, roles and policies that are named like those of the stack, and in no file; in an account that does
    not hold people, users as well. `machines` are the names of CI users, without case."""
    pages = iam.get_paginator("list_policies").paginate(Scope="Local")
    policies = [(_POLICY, policy["PolicyName"]) for page in pages for policy in page["Policies"]]
    for kind, name in sorted([*(item for item in has if item[0] != USER), *policies]):
        is_of_stack = name.startswith(expected.prefix) and name.endswith(expected.ending)
        if is_of_stack and (kind, name) not in expected.names:
            word = "policy" if kind == _POLICY else KINDS[kind].lower()
            problem = f"the {word} {name} has a name like those of the stack, but is in no file"
            hint = "deploy, if it was removed from the files meanwhile; otherwise find out who made it, and delete it"
            yield AuditFinding("undeclared-resource", name, problem, hint, word)
    for _, name in sorted(item for item in has if item[0] == USER):
        if name.casefold() not in machines:
            problem = f"the IAM user {name} is in no file, and people are in another account"
            yield AuditFinding("undeclared-user", name, problem, "declare it as a CI user, or delete it")
