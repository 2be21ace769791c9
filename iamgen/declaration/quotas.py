"""Numbers of AWS, each once, with its source (the IAM quotas page of 2026-03 unless another is named)."""

from __future__ import annotations

TRUST_POLICY = 2_048
"""Characters of a role's trust policy, white space not counted."""
TRUST_POLICY_RAISED = 4_096
"""What AWS raises it to on request."""
MANAGED_POLICY = 6_144
"""Characters of a managed policy, white space not counted."""
POLICIES_OF_A_GROUP = 10
GROUPS_OF_A_USER = 10
TAGS = 50

ACCOUNT_ID = 12
"""Digits."""
USER_NAME = 64
ROLE_NAME = 64
GROUP_NAME = 128
POLICY_NAME = 128
PATH = 512
TAG_KEY = 128
TAG_VALUE = 256
"""Lengths in characters: botocore's service model of IAM."""

SESSION_HOURS = range(1, 13)
"""MaxSessionDuration is 3,600 to 43,200 seconds."""
STACK_NAME = 128
"""Characters: CloudFormation User Guide."""
RESOURCES = 500
"""Resources of a template: CloudFormation User Guide."""
