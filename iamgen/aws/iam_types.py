"""The types of IAM resources in CloudFormation: which property names them, their ARN, and what `Ref` gives.

Source: CloudFormation User Guide, "Return values" of each AWS::IAM resource; IAM User Guide, "IAM identifiers".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

ROLE, USER, GROUP, POLICY = (f"AWS::IAM::{kind}" for kind in ("Role", "User", "Group", "ManagedPolicy"))
INSTANCE_PROFILE, OIDC_PROVIDER, SAML_PROVIDER = (
    f"AWS::IAM::{kind}" for kind in ("InstanceProfile", "OIDCProvider", "SAMLProvider")
)
MEMBERSHIP = "AWS::IAM::UserToGroupAddition"
INLINE = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy")
"""Types of resources that are an inline policy."""


class IamType(NamedTuple):
    """What CloudFormation does with one type of IAM resource."""

    kind: str
    """How its ARNs begin after the account: `role` in `arn:aws:iam::111111111111:role/…`."""
    name_property: str
    """The property that holds its name."""
    has_path: bool
    """Whether its ARN contains the path."""
    ref_is_arn: bool
    """Whether `Ref` gives the ARN, and not the name."""
    arn_attribute: str = "Arn"
    """The attribute with which `Fn::GetAtt` gives the ARN."""


IAM_TYPES: Mapping[str, IamType] = {
    ROLE: IamType("role", "RoleName", has_path=True, ref_is_arn=False),
    USER: IamType("user", "UserName", has_path=True, ref_is_arn=False),
    GROUP: IamType("group", "GroupName", has_path=True, ref_is_arn=False),
    POLICY: IamType("policy", "ManagedPolicyName", has_path=True, ref_is_arn=True, arn_attribute="PolicyArn"),
    INSTANCE_PROFILE: IamType("instance-profile", "InstanceProfileName", has_path=True, ref_is_arn=False),
    OIDC_PROVIDER: IamType("oidc-provider", "Url", has_path=False, ref_is_arn=True),
    SAML_PROVIDER: IamType("saml-provider", "Name", has_path=False, ref_is_arn=True),
}
"""Every type that has a name and an ARN."""
