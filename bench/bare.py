"""The dev account of the example, written by hand with troposphere and awacs: what iamgen is measured against.

Run as a script it prints the template; `make bench` first checks that iamgen's says the same.
"""

from __future__ import annotations

import sys

from awacs.aws import Action, Allow, Bool, Condition, PolicyDocument, Principal, Statement
from awacs.sts import AssumeRole
from troposphere import GetAtt, Ref, Template
from troposphere.iam import Group, ManagedPolicy, Role, User

PEOPLE, DEV = "111111111111", "222222222222"
VERSION = "2012-10-17"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
SERVICES = ("cloudformation", "dynamodb", "ec2", "iam", "lambda", "logs", "s3", "sts")


def people(*names: str) -> Statement:
    """Return the trust in these users of the people's account, with MFA."""
    return Statement(
        Effect=Allow,
        Action=[AssumeRole],
        Principal=Principal("AWS", [f"arn:aws:iam::{PEOPLE}:user/{name}" for name in names]),
        Condition=Condition(Bool("aws:MultiFactorAuthPresent", "true")),
    )


def ci() -> Statement:
    """Return the trust in the CI user of this template."""
    return Statement(Effect=Allow, Action=[AssumeRole], Principal=Principal("AWS", [GetAtt("CIUserCi", "Arn")]))


def role(name: str, about: str, hours: int, policies: list[str | Ref], *trusted: Statement) -> Role:
    """Return a role that these statements trust, for sessions of so many hours at most."""
    return Role(
        name,
        RoleName=f"infra-{name}-{DEV}",
        Description=about,
        MaxSessionDuration=hours * 3600,
        ManagedPolicyArns=policies,
        AssumeRolePolicyDocument=PolicyDocument(Version=VERSION, Statement=list(trusted)),
    )


def policy(name: str, sid: str, actions: list[Action], resource: str) -> ManagedPolicy:
    """Return a managed policy that allows the actions on the resource."""
    statement = Statement(Sid=sid, Effect=Allow, Action=actions, Resource=[resource])
    return ManagedPolicy(
        name,
        ManagedPolicyName=f"infra-{name}-{DEV}",
        PolicyDocument=PolicyDocument(Version=VERSION, Statement=[statement]),
    )


def template() -> Template:
    """Return the account's infra: three roles, and a CI user that may assume one of them."""
    infra = Template(Description="infra: who may do what in dev. Made by iamgen.")
    infra.set_version("2010-09-09")
    about = "Full power over everything. FOR EMERGENCIES ONLY."
    infra.add_resource(role("AdminR", about, 1, [ADMINISTRATOR], people("alice")))
    infra.add_resource(policy("OpsP", "FullPowerOverChosenServices", [Action(name, "*") for name in SERVICES], "*"))
    about = "Full power over chosen services, read-only power over all others."
    infra.add_resource(role("OpsR", about, 4, [READ_ONLY, Ref("OpsP")], people("bob"), ci()))
    readers = people("bob", "carol", "auditors/dave")
    infra.add_resource(role("ReadR", "Read-only power over all services.", 12, [READ_ONLY], readers))
    ops_role = f"arn:aws:iam::{DEV}:role/infra-OpsR-{DEV}"
    infra.add_resource(policy("CIUserCiP", "AssumeOwnRoles", [AssumeRole], ops_role))
    infra.add_resource(Group("CIUserCiG", GroupName=f"infra-CIUserCiG-{DEV}", ManagedPolicyArns=[Ref("CIUserCiP")]))
    infra.add_resource(User("CIUserCi", UserName="ci", Groups=[Ref("CIUserCiG")]))
    return infra


if __name__ == "__main__":
    sys.stdout.write(template().to_json() + "\n")
