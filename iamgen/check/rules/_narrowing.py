"""Decide what really narrows a statement, and what only seems to: the one place that every rule asks.

A pattern that matches names nobody has thought of, such as `role/?*`, stands for everything, and so do patterns that
match all such names together, one for each letter. A condition narrows nothing if it is about who calls and not about
what is reached; if the caller chooses the value; if it is true of requests without the key; if it only leaves a few
values out; and if every value matches it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_lowercase

from iamgen.aws.data.services import wildcard
from iamgen.iam.statements import ReadCondition, ReadStatement
from iamgen.iam.values import Value

_FIELDS = 6  # of an ARN: arn:partition:service:region:account:resource
_SERVICE, _REGION = 2, 3
_ACCOUNT = "111111111111"
_DEFAULT = re.compile(r"\$\{[^{},]*,\s*'([^']*)'\s*\}")  # of a policy variable, ${aws:PrincipalTag/x, '*'}
_ANY = re.compile(r"([a-z-]+[/:])?[*?/:]*\*[*?/:]*")  # the last part of an ARN that is any, or any of a kind
_KIND = re.compile(r"([a-z][a-z0-9-]*)[:/]")
# Names that nobody has, one for each first letter, with and without a path before them.
_NAMES = (
    tuple(f"{letter}8kq{letter}w-{letter}3" for letter in ascii_lowercase),
    tuple(f"{letter}7/{letter}8kq{letter}w-{letter}3" for letter in ascii_lowercase),
)
# These documents run whatever they are sent: a command that is limited to one of them is not limited.
_KNOWN_NAMES = {("ssm", "document"): (("AWS-RunShellScript",), ("AWS-RunPowerShellScript",), ("AWS-RunRemoteScript",))}
# Conditions on who calls, when and from where, and on what the caller sends: they leave open what is reached.
_ABOUT_THE_CALL = re.compile(
    r"aws:(multifactorauth.*|principal.*|user.*|source(ip|vpce?|vpcarn|identity)|vpc.*|currenttime|epochtime"
    r"|tokenissuetime|securetransport|requestedregion|viaawsservice|requesttag/.*|tagkeys"
    r"|resource(account|org.*))"
)
_PASSED_TO = "iam:passedtoservice"
# Patterns: ArnEquals does what ArnLike does.
PATTERNS = frozenset(("stringlike", "arnlike", "arnequals"))


def is_every_resource(resource: Value, service: str, kind: str = "") -> bool:
    """Return whether the text matches everything that a service has, or everything of a kind such as `role`."""
    return _are_every((resource.shape,), service, kind)


def reaches_all(statement: ReadStatement, service: str, kind: str = "") -> bool:
    """Return whether neither resources nor conditions of a statement narrow what it reaches of a service."""
    patterns = tuple(resource.shape for resource in statement.resources)
    everywhere = bool(statement.not_resources) or _are_every(patterns, service, kind)
    return everywhere and not any(map(narrows, statement.conditions))


def narrows(condition: ReadCondition) -> bool:
    """Return whether a condition limits what is reached."""
    if _ABOUT_THE_CALL.fullmatch(condition.name) or "not" in condition.test or condition.test == "null":
        return False
    # a request to pass a role always says to which service
    if condition.holds_without_key and condition.name != _PASSED_TO:
        return False
    return not is_true_of_all(condition)


def is_true_of_all(condition: ReadCondition) -> bool:
    """Return whether a condition is true of every request that has the key: of `*`, of `0.0.0.0/0`."""
    return any(_matches_all(value.shape, condition.test) for value in condition.values)


def receivers(statement: ReadStatement, services: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some services that a statement allows to pass a role to."""
    limits = [condition for condition in statement.conditions if condition.name == _PASSED_TO and narrows(condition)]
    return tuple(service for service in services if all(_names(condition, service) for condition in limits))


def without_receivers(statement: ReadStatement) -> tuple[ReadCondition, ...]:
    """Return the conditions of a statement, except those on the service to which a role is passed."""
    return tuple(condition for condition in statement.conditions if condition.name != _PASSED_TO)


def reaches_name(pattern: str, service: str, resource: str) -> bool:
    """Return whether a pattern matches the ARN of a resource, `role/x`, of a service in whatever account."""
    return _matches(pattern, service, resource)


def _names(condition: ReadCondition, service: str) -> bool:
    return any(
        wildcard(value.text).fullmatch(f"{service}.{domain}")
        for value in condition.values
        for domain in ("amazonaws.com", "amazonaws.com.cn")
    )


def _matches_all(text: str, test: str) -> bool:
    if test == "ipaddress":
        return text.endswith("/0")
    if test not in PATTERNS:
        return False
    plain = _DEFAULT.sub(r"\1", text)
    if plain.startswith("arn:"):
        return _ANY.fullmatch((plain.split(":", _FIELDS - 1) + ["*"] * _FIELDS)[_FIELDS - 1]) is not None
    return not plain.removesuffix(".amazonaws.com").strip("*?:")  # `*.amazonaws.com` is every service


@lru_cache(maxsize=1 << 14)
def _are_every(patterns: tuple[str, ...], service: str, kind: str) -> bool:
    families = (*_NAMES, *_KNOWN_NAMES.get((service, kind), ()))
    return any(all(any(_has(text, service, kind, name) for text in patterns) for name in names) for names in families)


def _has(text: str, service: str, kind: str, name: str) -> bool:
    """Return whether a pattern matches a resource of that kind and name; of any kind, of that which it names itself."""
    written = _KIND.match(text.split(":", _FIELDS - 1)[-1])
    start = f"{kind}/" if kind else written[0] if written else "x/"
    return _matches(text, service, f"{start}{name}")


@lru_cache(maxsize=1 << 14)
def _matches(text: str, service: str, resource: str) -> bool:
    plain = _DEFAULT.sub(r"\1", text).replace("${*}", "")
    fields = plain.split(":", _FIELDS - 1)
    if fields[0] != "arn":
        return not plain.strip("*?") and "*" in plain
    fields += ["*"] * (_FIELDS - len(fields))  # as IAM completes an ARN that is cut short
    fixed = (
        _fixed(fields, index, default) for index, default in enumerate(("arn", "aws", service, "eu-west-1", _ACCOUNT))
    )
    arn = ":".join((*fixed, resource)).lower()
    return wildcard(":".join(fields)).fullmatch(arn) is not None or wildcard(plain).fullmatch(arn) is not None


def _fixed(fields: list[str], index: int, default: str) -> str:
    """Return a field of the ARN to try: the field of the pattern without its wildcards. The service cannot be
    chosen."""
    field = fields[index]
    if index == _REGION and fields[_SERVICE] == "iam":
        return ""
    chosen = "*" in field or "?" in field or (index == _SERVICE and field != "⟨⟩")
    return default if chosen else field
