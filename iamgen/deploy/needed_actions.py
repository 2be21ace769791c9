"""The actions that a principal needs to deploy a stack, and those that make somebody an administrator.

CloudFormation makes, changes and deletes IAM resources with the credentials of the caller. Which actions it calls for
a type is in the `handlers` of the type's schema in the CloudFormation registry; the actions of every handler that
changes something are listed, so that a deployment can also be put back. An action that a principal could not call
before is nothing that it can lose, so the lists may be longer than a single deployment needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from iamgen.deploy.references import Place
from iamgen.iam.holes import HOLE
from iamgen.iam.named_resources import NamedResource

# Without CancelUpdateStack, DeleteStack, DescribeEvents and ListChangeSets: they are for what goes wrong on the way.
CLOUDFORMATION = (
    "CreateChangeSet",
    "DeleteChangeSet",
    "DescribeChangeSet",
    "DescribeStackEvents",
    "DescribeStacks",
    "ExecuteChangeSet",
    "GetStackPolicy",
    "GetTemplate",
    "ListStackResources",
    "SetStackPolicy",
    "UpdateTerminationProtection",
)
_INLINE_OF = {"AWS::IAM::GroupPolicy": "Group", "AWS::IAM::RolePolicy": "Role", "AWS::IAM::UserPolicy": "User"}
_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "AWS::IAM::Group": (
        "AttachGroupPolicy", "CreateGroup", "DeleteGroup", "DeleteGroupPolicy", "DetachGroupPolicy", "GetGroup",
        "PutGroupPolicy", "UpdateGroup",
    ),
    "AWS::IAM::ManagedPolicy": (
        "CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "GetPolicy",
        "ListPolicyVersions", "ListEntitiesForPolicy",
    ),
    "AWS::IAM::OIDCProvider": (
        "AddClientIDToOpenIDConnectProvider", "CreateOpenIDConnectProvider", "DeleteOpenIDConnectProvider",
        "GetOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider",
        "UpdateOpenIDConnectProviderThumbprint",
    ),
    "AWS::IAM::Role": (
        "AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy", "GetRole",
        "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole", "UpdateAssumeRolePolicy", "UpdateRole",
    ),
    "AWS::IAM::User": (
        "AddUserToGroup", "AttachUserPolicy", "CreateUser", "DeleteUser", "DeleteUserPolicy", "DetachUserPolicy",
        "GetUser", "PutUserPermissionsBoundary", "PutUserPolicy", "RemoveUserFromGroup", "TagUser", "UpdateUser",
    ),
    **{kind: (f"Put{of}Policy", f"Delete{of}Policy", f"Get{of}Policy") for kind, of in _INLINE_OF.items()},
}  # fmt: skip
# A policy is attached to, and a member put into, something else: the request is about that.
_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "AWS::IAM::UserToGroupAddition": ("AddUserToGroup", "RemoveUserFromGroup"),
    **{kind: _BY_TYPE[kind] for kind in _INLINE_OF},
}

Need = tuple[str, str]
"""An action and the ARN that it is called on."""


def needed_to_deploy(place: Place, resources: Iterable[NamedResource]) -> tuple[Need, ...]:
    """Return every action that deploying these resources needs, each with what it is called on."""
    # AWS gives a stack a random id; a policy can only name it by a pattern
    stack = (
        f"arn:{place.partition}:cloudformation:{place.region}:{place.account}:stack/{place.stack}/"
        "00000000-0000-0000-0000-000000000000"
    )
    result = [(f"cloudformation:{action}", stack) for action in CLOUDFORMATION]
    return tuple(dict.fromkeys([*result, *(need for resource in resources for need in _of_resource(resource, place))]))


def _of_resource(resource: NamedResource, place: Place) -> Iterator[Need]:
    kind = resource.type
    if kind in _ELSEWHERE:
        arn = _target(resource, place)
        yield from ((f"iam:{action}", arn) for action in _ELSEWHERE[kind])
    else:
        yield from ((f"iam:{action}", resource.arn) for action in _BY_TYPE.get(kind, ()))


def _target(resource: NamedResource, place: Place) -> str:
    for element, sort in (("GroupName", "group"), ("RoleName", "role"), ("UserName", "user")):
        name = resource.properties.get(element)
        if isinstance(name, str) and not HOLE.search(name):
            return place.arn(f"{sort}/{name}")
    return place.arn("group/unknown")


def power_over_iam(place: Place) -> tuple[Need, ...]:
    """Return what somebody with full power over IAM can do to people, groups, roles and policies."""
    sorts = {"Group": "group", "ManagedPolicy": "policy", "OIDCProvider": "oidc-provider", "Role": "role"}
    needs = [
        (f"iam:{action}", place.arn(f"{sort}/anything"))
        for kind, sort in sorts.items()
        for action in _BY_TYPE[f"AWS::IAM::{kind}"]
    ]
    person = (
        *_BY_TYPE["AWS::IAM::User"], "CreateAccessKey", "CreateLoginProfile", "DeactivateMFADevice",
        "DeleteAccessKey", "DeleteLoginProfile", "UpdateAccessKey", "UpdateLoginProfile",
    )  # fmt: skip
    return (*needs, *((f"iam:{action}", place.arn("user/anybody")) for action in person), ("iam:ListUsers", "*"))


def administration(place: Place) -> tuple[Need, ...]:
    """Return what makes an administrator: full power over IAM, deploying stacks, and every action that AWS adds
    later."""
    stack = f"arn:{place.partition}:cloudformation:{place.region}:{place.account}:stack/{place.stack}/0"
    other = (
        ("iam:PassRole", place.arn("role/anything")),
        ("sts:AssumeRole", place.arn("role/anything")),
        ("ec2:RunInstances", "*"),
        ("s3:PutObject", f"arn:{place.partition}:s3:::anything/at-all"),
        ("any-other-service:AnyAction", "*"),
    )
    return (*power_over_iam(place), *((f"cloudformation:{action}", stack) for action in CLOUDFORMATION), *other)
