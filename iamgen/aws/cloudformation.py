"""How CloudFormation treats IAM resources: which changes replace a resource, and which capabilities a call needs."""

from __future__ import annotations

from collections.abc import Collection

CAPABILITIES = ["CAPABILITY_NAMED_IAM"]
"""What a call has to acknowledge so that CloudFormation creates users, groups, roles and policies with names."""

# Properties that are set once (createOnlyProperties), of CloudFormation's resource schemas; a test holds them against
# those that cfn-lint brings along.
SET_ONCE: dict[str, frozenset[str]] = {
    "AWS::IAM::AccessKey": frozenset({"Serial", "UserName"}),
    "AWS::IAM::Group": frozenset({"GroupName"}),
    "AWS::IAM::GroupPolicy": frozenset({"GroupName", "PolicyName"}),
    "AWS::IAM::InstanceProfile": frozenset({"InstanceProfileName", "Path"}),
    "AWS::IAM::ManagedPolicy": frozenset({"Description", "ManagedPolicyName", "Path"}),
    "AWS::IAM::OIDCProvider": frozenset({"Url"}),
    "AWS::IAM::Policy": frozenset(),
    "AWS::IAM::Role": frozenset({"Path", "RoleName"}),
    "AWS::IAM::RolePolicy": frozenset({"PolicyName", "RoleName"}),
    "AWS::IAM::SAMLProvider": frozenset({"AddPrivateKey", "Name", "RemovePrivateKey"}),
    "AWS::IAM::ServerCertificate": frozenset(
        {"CertificateBody", "CertificateChain", "PrivateKey", "ServerCertificateName"}
    ),
    "AWS::IAM::ServiceLinkedRole": frozenset({"AWSServiceName", "CustomSuffix"}),
    "AWS::IAM::User": frozenset({"UserName"}),
    "AWS::IAM::UserPolicy": frozenset({"PolicyName", "UserName"}),
    "AWS::IAM::UserToGroupAddition": frozenset(),
    "AWS::IAM::VirtualMFADevice": frozenset({"Path", "VirtualMfaDeviceName"}),
}


def is_replaced(resource_type: str, changed: Collection[str]) -> bool:
    """Return whether a change of these properties replaces a resource of the type.

    Known for the types of IAM; of others it is never said, and a change set has to tell.
    """
    return not SET_ONCE.get(resource_type, frozenset()).isdisjoint(changed)
