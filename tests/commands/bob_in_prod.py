"""A change of users.py that several commands show: bob, who could read in prod, gets OpsR there."""

from __future__ import annotations

USERS = """\
from iamgen import *
OPS_SERVICES = ("ec2", "s3")
USERS = (User("alice", {"dev": "AdminR", "prod": "OpsR"}), User("bob", {"dev": "OpsR", "prod": "OpsR"}))
"""
"""The users.py after the change; before it is as the clones of `world` have it."""
ACCESS = """\
bob gains access. bob loses access.
    roles gained:
        + bob: OpsR in prod
    roles lost:
        - bob: ReadR in prod

"""
"""Who gains and who loses access by it."""
TEMPLATES = """\
prod (production): 0 to add, 2 to change, 0 to destroy
    ~ OpsR  AWS::IAM::Role
        ~ AssumeRolePolicyDocument: Allow sts:AssumeRole for alice if Bool aws:MultiFactorAuthPresent = true
            + Principal: bob
    ~ ReadR  AWS::IAM::Role
        - AssumeRolePolicyDocument: Allow sts:AssumeRole for bob if Bool aws:MultiFactorAuthPresent = true
        + AssumeRolePolicyDocument: Deny sts:AssumeRole for *
no changes: dev, user-only
Plan: 0 to add, 2 to change, 0 to destroy.
"""
"""What changes in the templates."""
