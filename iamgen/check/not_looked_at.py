"""Count the resources of a template that no rule looks at, so that "no findings" does not seem to include them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from iamgen.aws.iam_types import IAM_TYPES, INLINE, MEMBERSHIP
from iamgen.check.permission_sets import PERMISSION_SET
from iamgen.iam.resource_policies import POLICIES, SINGLE_STATEMENTS
from iamgen.iam.serverless import WITH_ROLES
from iamgen.iam.template import Template
from iamgen.ui.listing import first_of

_LOOKED_AT = frozenset(
    (
        *IAM_TYPES,
        *INLINE,
        MEMBERSHIP,
        PERMISSION_SET,
        *POLICIES,
        *SINGLE_STATEMENTS,
        *WITH_ROLES,
        "AWS::IAM::AccessKey",
    )
)
_SHOWN = 5


def not_looked_at(templates: Iterable[Template]) -> Counter[str]:
    """Return how many resources there are of each type that is not looked at."""
    types = (resource.type for template in templates for resource in template.resources)
    return Counter(name for name in types if name not in _LOOKED_AT)


def in_words(types: Counter[str]) -> str:
    """Return a line about them: `3 resources of types that are not looked at: AWS::EC2::VPC (2), AWS::S3::Bucket`."""
    if not types:
        return ""
    ordered = sorted(types, key=lambda name: (-types[name], name))
    listed = [f"{name} ({types[name]:,})" if types[name] > 1 else name for name in ordered]
    noun = "resource" if types.total() == 1 else "resources"
    return f"{types.total():,} {noun} of types that are not looked at: {first_of(listed, _SHOWN)}"
