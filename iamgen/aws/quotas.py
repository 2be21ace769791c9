"""Quotas and lengths of AWS, each once, with its source (the IAM quotas page of 2026-03 unless another is named)."""

from __future__ import annotations

TRUST_POLICY = 2_048
"""Characters of a role's trust policy, white space not counted."""
TRUST_POLICY_RAISED = 8_192
"""What AWS raises it to on request: What's New of 2026-05-05; it was 4,096 before."""
MANAGED_POLICY = 6_144
"""Characters of a managed policy, white space not counted."""
POLICIES_OF_A_GROUP = 10
"""Managed policies that can be attached to a group. It cannot be raised."""
POLICIES_OF_A_ROLE = 20
"""Managed policies that can be attached to a role: What's New of 2026-08-19; it was 10 before."""
POLICIES_OF_A_ROLE_RAISED = 25
"""What AWS raises it to on request."""
POLICIES_OF_A_USER = 10
"""Managed policies that can be attached to a user."""
POLICIES_OF_A_USER_RAISED = 20
"""What AWS raises it to on request."""
INLINE_OF_A_GROUP = 5_120
INLINE_OF_A_ROLE = 10_240
INLINE_OF_A_USER = 2_048
"""Characters of all inline policies of one of them together, white space not counted."""
GROUPS_OF_A_USER = 10
TAGS = 50
ROLES, ROLES_RAISED = 1_000, 10_000
GROUPS, GROUPS_RAISED = 300, 500
POLICIES, POLICIES_RAISED = 1_500, 10_000
OIDC_PROVIDERS, OIDC_PROVIDERS_RAISED = 100, 700
"""What an account has room for, and what AWS raises it to on request: What's New of 2026-05. Policies are those that
are not AWS's."""
USERS = 5_000
"""Users of an account: IAM User Guide."""

ACCOUNT_ID = 12
"""Digits."""
USER_NAME = 64
ROLE_NAME = 64
ROLE_DESCRIPTION = 1_000
GROUP_NAME = 128
POLICY_NAME = 128
INSTANCE_PROFILE_NAME = 128
SESSION_NAME_SHORTEST = 2
PATH = 512
TAG_KEY = 128
TAG_VALUE = 256
"""Lengths in characters: botocore's service model of IAM."""

SWITCHED_ROLE = 64
"""Characters of a role's path and name that the console can switch to."""
SWITCHED_DISPLAY = 64
"""Characters of what the console shows for it: IAM User Guide."""

SESSION_HOURS = range(1, 13)
"""MaxSessionDuration is 3,600 to 43,200 seconds."""
STACK_NAME = 128
"""Characters: CloudFormation User Guide."""
RESOURCES = 500
"""Resources of a template: CloudFormation User Guide."""
TEMPLATE_INLINE = 51_200
"""Bytes of a template that a call takes: CloudFormation User Guide."""
TEMPLATE = 1_000_000
"""Bytes of a template in S3, 1 MB: CloudFormation User Guide."""
TEMPLATE_DESCRIPTION = 1_024
"""Bytes: CloudFormation User Guide."""
