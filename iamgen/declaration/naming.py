"""Make the names in AWS: a role's name `infra-ReadR-123456789012`, its ARN, and its logical id `ReadR`.

It lies with the declaration, not with the stack, because CONST.inc may state a role's name
(`DEV_IAM_READ_ROLE`) and is held against the one that is generated.
"""

from __future__ import annotations

import re
from typing import NamedTuple

IAM_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]+")  # botocore's model of IAM, its \w in ASCII
_PLAIN_NAME = r"[a-z][a-z0-9]*"

# The logical ids of the groups and policies that iamgen itself generates. Those of the standard roles are in `model`.
ASSUME_GROUP, OWN_USER_GROUP, POWER_GROUP = "AssumeRoleG", "ManageOwnUserG", "PowerG"
STANDARD_GROUPS = (ASSUME_GROUP, OWN_USER_GROUP, POWER_GROUP)
ASSUME_POLICY, OWN_USER_POLICY, POWER_POLICY = "AssumeRoleP", "ManageOwnUserP", "PowerP"
OPS_POLICY, READ_GUARD_POLICY = "OpsP", "ReadGuardP"
STANDARD_POLICIES = (ASSUME_POLICY, OWN_USER_POLICY, OPS_POLICY, POWER_POLICY, READ_GUARD_POLICY)


class Naming(NamedTuple):
    """Names and ARNs of one account's resources."""

    stack: str
    """The stack's name, with which every name begins."""
    partition: str
    """The partition of AWS that the account is in."""
    account_id: str
    """The account's id, with which every name ends."""

    def full(self, middle: str) -> str:
        """Return the physical name of the resource whose logical id is `middle`."""
        return f"{self.stack}-{middle}-{self.account_id}"

    def arn(self, resource: str) -> str:
        """Return the ARN of an IAM resource of this account, `resource` being such as `user/alice`."""
        return f"arn:{self.partition}:iam::{self.account_id}:{resource}"

    def role_arn(self, role: str) -> str:
        """Return the ARN of a generated role, named as in users.py (`ReadR`)."""
        return self.arn(f"role/{self.full(role)}")

    def user_arn(self, name: str, path: str = "/") -> str:
        """Return the ARN of an IAM user; the path is part of it."""
        return self.arn(f"user{path}{name}")

    def aws_policy(self, name: str) -> str:
        """Return the ARN of a managed policy of AWS's own."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"


def logical_id(kind: str, name: str) -> str:
    """Return a logical id (letters and digits only) for a free name: `User` and `alice` make `UserAlice`.

    Different names get different ids, also without case and with a letter appended, and no name's id depends on
    which others exist: one that is not plain lower case has a digest of itself in it.
    """
    camel = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))
    if re.fullmatch(_PLAIN_NAME, name):
        return kind + camel
    import hashlib  # 5 ms that plain names do not need

    return f"{kind}{camel}{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def user_id(name: str) -> str:
    """Return the logical id of a person's user."""
    return logical_id("User", name)


def machine_id(name: str) -> str:
    """Return the logical id of a CI user."""
    return logical_id("CIUser", name)


def services_policy(role: str) -> str:
    """Return the logical id of the policy that a declared role's `services` make."""
    return f"{role.removesuffix('R')}ServicesP"


def emergency_name(role: str) -> str:
    """Return the name of a role's inline policy."""
    return f"{role}Emergency"
