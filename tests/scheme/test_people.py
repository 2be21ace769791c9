"""What people may do in their own account: before MFA, with it, and as one of the few in PowerG."""

from __future__ import annotations

from typing import Any

import pytest
from awacs import iam, sts
from awacs.aws import Action

from iamgen.access.principals import console_session, may, with_keys, with_mfa

Case = Any


def every_action(module: Any) -> list[str]:
    return sorted(str(var.JSONrepr()) for var in vars(module).values() if isinstance(var, Action))


EVERY = every_action(iam) + every_action(sts) + ["ec2:RunInstances", "s3:GetObject", "s3:PutObject"]

ENROLMENT = {
    "iam:EnableMFADevice",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ResyncMFADevice",
}
FIRST_SIGN_IN = {"iam:ChangePassword"}
OWN_CREDENTIALS = {
    "iam:CreateAccessKey",
    "iam:CreateServiceSpecificCredential",
    "iam:DeactivateMFADevice",
    "iam:DeleteAccessKey",
    "iam:DeleteSSHPublicKey",
    "iam:DeleteServiceSpecificCredential",
    "iam:DeleteSigningCertificate",
    "iam:GetAccessKeyLastUsed",
    "iam:GetLoginProfile",
    "iam:GetSSHPublicKey",
    "iam:ListAccessKeys",
    "iam:ListSSHPublicKeys",
    "iam:ListServiceSpecificCredentials",
    "iam:ListSigningCertificates",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "iam:UpdateSSHPublicKey",
    "iam:UpdateServiceSpecificCredential",
    "iam:UpdateSigningCertificate",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
}
ACCOUNT_INFO_BEFORE_MFA = {"iam:ListVirtualMFADevices"}
ACCOUNT_INFO = ACCOUNT_INFO_BEFORE_MFA | {"iam:GetAccountPasswordPolicy", "iam:GetAccountSummary"}


NEED_NO_PERMISSION = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
"""STS API Reference: no permissions are required, and no policy keeps anybody from them."""


def allowed(caller: Any, resource: str) -> set[str]:
    return {action for action in EVERY if may(caller, action, resource).allowed} - NEED_NO_PERMISSION


def ordinary(case: Case) -> list[Any]:
    powerful = {person.name for person in case.declaration.people if person.power}
    powerful |= {name for group in case.declaration.groups for name in group.members}
    return [person for person in case.people() if person.name not in powerful]


def before_mfa(case: Case) -> tuple[set[str], set[str]]:
    """Return what is allowed on one's own user and on everything, before MFA."""
    if case.declaration.settings.password_change_needs_mfa:
        return ENROLMENT, ACCOUNT_INFO_BEFORE_MFA
    return ENROLMENT | FIRST_SIGN_IN, ACCOUNT_INFO_BEFORE_MFA | {"iam:GetAccountPasswordPolicy"}


def arns_of_everybody_else(case: Case, user: Any) -> list[str]:
    """Return resources of the account that are not this user's: other users, groups, roles, policies."""
    start = f"arn:{user.partition}:iam::{user.account_id}"
    return [
        *(item.arn for item in case.holder.users if item.arn != user.arn),
        *(item.arn for item in (*case.holder.groups, *case.holder.roles)),
        f"{start}:user/{user.name}x",
        f"{start}:user/x{user.name}",
        f"{start}:user/{user.name}/other",
        f"{start}:policy/infra-OpsP",
        f"{start}:root",
    ]


@pytest.mark.parametrize("session", [console_session, with_keys])
def test_before_mfa_a_person_enrols_a_device_and_changes_the_password_and_nothing_else(
    every_case: Case, session: Any
) -> None:
    own, anywhere = before_mfa(every_case)
    for user in [person for person in every_case.people() if len(person.groups) == 2 or "PowerG" in str(person.groups)]:
        caller = session(user)
        start = f"arn:{user.partition}:iam::{user.account_id}"
        assert allowed(caller, user.arn) == own | anywhere
        assert allowed(caller, "*") == anywhere
        assert allowed(caller, f"{start}:mfa/any-name") == anywhere | {"iam:CreateVirtualMFADevice"}
        assert allowed(caller, f"{start}:mfa/{user.name}") == anywhere | {"iam:CreateVirtualMFADevice"}
        for other in arns_of_everybody_else(every_case, user)[:6]:
            assert allowed(caller, other) == anywhere


def test_with_mfa_a_person_manages_their_own_credentials_and_nobody_elses(every_case: Case) -> None:
    for user in ordinary(every_case):
        caller = with_mfa(user)
        start = f"arn:{user.partition}:iam::{user.account_id}"
        assert allowed(caller, user.arn) == ENROLMENT | FIRST_SIGN_IN | OWN_CREDENTIALS | ACCOUNT_INFO
        assert allowed(caller, "*") == ACCOUNT_INFO
        assert allowed(caller, f"{start}:mfa/{user.name}") - ACCOUNT_INFO == {
            "iam:CreateVirtualMFADevice",
            "iam:DeleteVirtualMFADevice",
        }
        assert allowed(caller, f"{start}:mfa/another") - ACCOUNT_INFO == {"iam:CreateVirtualMFADevice"}
        for other in arns_of_everybody_else(every_case, user):
            assert allowed(caller, other) - {"sts:AssumeRole"} == ACCOUNT_INFO


def test_a_policy_lets_people_assume_generated_roles_and_no_other(every_case: Case) -> None:
    stranger = with_mfa(every_case.person("stranger"))
    declaration = every_case.declaration
    for_people = {"AdminR", "OpsR", "ReadR"} | {
        grant.role for grant in declaration.granted if grant.principal in declaration.people
    }
    generated = [role.arn for role in every_case.scheme.roles if role.logical_id in for_people]
    for arn in generated:
        assert may(stranger, "sts:AssumeRole", arn).allowed
    for arn in ("arn:aws:iam::999999999999:role/infra-AdminR-999999999999", *(f"{arn}x" for arn in generated)):
        assert not may(stranger, "sts:AssumeRole", arn).allowed


def test_power_is_full_iam_with_mfa_and_none_without(example: Case) -> None:
    alice, bob = example.person("alice"), example.person("bob")
    assert {group.logical_id for group in alice.groups} == {"AssumeRoleG", "ManageOwnUserG", "PowerG"}
    everything = set(every_action(iam))
    for resource in (bob.arn, alice.arn, "*", example.holder.groups[0].arn):
        assert allowed(with_mfa(alice), resource) - {"sts:AssumeRole"} == everything
    for session in (console_session, with_keys):
        assert allowed(session(alice), bob.arn) == before_mfa(example)[1]


def test_power_needs_mfa_even_without_the_group_that_denies(example: Case) -> None:
    """Somebody put into PowerG alone, by a slip, is no more powerful without MFA."""
    from dataclasses import replace

    alice = example.person("alice")
    alone = replace(alice, groups=tuple(group for group in alice.groups if group.logical_id == "PowerG"))
    assert allowed(with_keys(alone), "*") == allowed(console_session(alone), "*") == set()
    assert allowed(with_mfa(alone), "*") == set(every_action(iam))


def test_nobody_tags_themselves_or_touches_a_group(every_case: Case) -> None:
    forbidden = ["iam:TagUser", "iam:AddUserToGroup", "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:CreateLoginProfile",
                 "iam:UpdateLoginProfile", "iam:DeleteUser", "iam:UpdateUser", "iam:DeleteUserPermissionsBoundary"]  # fmt: skip
    for user in ordinary(every_case):
        for session in (with_mfa(user), with_keys(user), console_session(user)):
            for resource in (user.arn, *(group.arn for group in every_case.holder.groups)):
                assert not any(may(session, action, resource).allowed for action in forbidden)
