"""Check that account details have the shape that AWS gives them: another shape is refused, and not skipped.

A list of policies that cannot be read, and was taken for an empty one, would make an answer of no that is wrong.
Source: IAM API Reference, GetAccountAuthorizationDetails, and the types of its answer, such as UserDetail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iamgen.errors import Fault

_HOW = "write it with: aws iam get-account-authorization-details > FILE"
_TEXTS = ("Path",)
_TEXTS_IN_BLOCKS = {
    "UserPolicyList": ("PolicyName",),
    "GroupPolicyList": ("PolicyName",),
    "RolePolicyList": ("PolicyName",),
    "AttachedManagedPolicies": ("PolicyArn",),
    "PolicyVersionList": ("VersionId",),
    "Tags": ("Key", "Value"),
}
"""The lists of blocks that an entry may have, with the texts that each block must have."""


def shape_faults(where: str, entry: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what has another shape in a user, group, role or policy; what is absent is empty."""
    for name in _TEXTS:
        if not isinstance(entry.get(name, ""), str):
            yield Fault(where, f"{name} is no text", _HOW)
    for name, texts in _TEXTS_IN_BLOCKS.items():
        yield from _faults_of_list(f"{where}, {name}", entry.get(name, []), texts)
    groups = entry.get("GroupList", [])
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        yield Fault(f"{where}, GroupList", "is no list of texts", _HOW)
    if "PermissionsBoundary" in entry:
        yield from _faults_of_block(
            f"{where}, PermissionsBoundary", entry["PermissionsBoundary"], ("PermissionsBoundaryArn",)
        )


def _faults_of_list(where: str, blocks: object, texts: tuple[str, ...]) -> Iterator[Fault]:
    if not isinstance(blocks, list):
        yield Fault(where, "is no list", _HOW)
        return
    for number, block in enumerate(blocks, start=1):
        yield from _faults_of_block(f"{where} {number}", block, texts)


def _faults_of_block(where: str, block: object, texts: tuple[str, ...]) -> Iterator[Fault]:
    if not isinstance(block, Mapping):
        yield Fault(where, "is no block", _HOW)
        return
    yield from (Fault(where, f"has no {name}", _HOW) for name in texts if not isinstance(block.get(name), str))
