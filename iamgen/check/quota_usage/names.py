"""Measure the lengths of names, paths and tags. A longer stack name can make a name too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iamgen.aws import quotas
from iamgen.check.quota_usage.usage import Measured, Usage
from iamgen.iam.holes import text
from iamgen.iam.template import GROUP, INLINE, NAMES, POLICY, ROLE, USER, Resource
from iamgen.iam.values import Value, items, values

_PROFILE = "AWS::IAM::InstanceProfile"
_NAMES = {**NAMES, _PROFILE: "InstanceProfileName"}
_LIMITS = {
    ROLE: ("role", quotas.ROLE_NAME),
    USER: ("user", quotas.USER_NAME),
    GROUP: ("group", quotas.GROUP_NAME),
    POLICY: ("policy", quotas.POLICY_NAME),
    _PROFILE: ("instance profile", quotas.INSTANCE_PROFILE_NAME),
}


def names(measured: Measured) -> Iterator[Usage]:
    """Yield the length of every name."""
    for resource in measured.template.resources:
        for kind, limit, name in _names(resource):
            yield _length(measured, name, f"longest {kind} name", limit)


def paths_and_tags(measured: Measured) -> Iterator[Usage]:
    """Yield the lengths of users' paths and tags."""
    for user in measured.template.of_type(USER):
        for path in user.values("Path"):
            yield _length(measured, path, "longest path", quotas.PATH)
        for tag, place in items(*user.under("Tags")):
            for key, limit in (("Key", quotas.TAG_KEY), ("Value", quotas.TAG_VALUE)):
                written = tag.get(key, "") if isinstance(tag, Mapping) else ""
                value = Value(text(written), (*place, key))
                yield _length(measured, value, f"longest tag {key.lower()}", limit)


def _length(measured: Measured, name: Value, label: str, limit: int) -> Usage:
    used = measured.ruler.text(name.text)
    remedy = f"shorten it by {used - limit}"
    return Usage(name.text, label, used, limit, "character", name.path, remedy, grows=False)


def _names(resource: Resource) -> Iterator[tuple[str, int, Value]]:
    """Yield each name in a resource with the kind of what it names, and how long it may be."""
    if resource.type in _NAMES:
        kind, limit = _LIMITS[resource.type]
        yield from ((kind, limit, name) for name in resource.values(_NAMES[resource.type]))
    for name in _inline_names(resource):
        yield "inline policy", quotas.POLICY_NAME, name


def _inline_names(resource: Resource) -> Iterator[Value]:
    if resource.type in INLINE:
        yield from resource.values("PolicyName")
    for policy, path in items(*resource.under("Policies")) if resource.type in NAMES else ():
        if isinstance(policy, dict):
            yield from values(policy.get("PolicyName"), (*path, "PolicyName"))
