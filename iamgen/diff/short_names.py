"""Shorten the ARNs of users to their names in trust policies that a person reads, if no other account can be meant."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from iamgen.diff.change import Change, Detail

_PRINCIPALS = ("Principal", "NotPrincipal")
_TRUST = "AssumeRolePolicyDocument"
# The path and name of a user: the IAM API reference, CreateUser. One that begins otherwise keeps its ARN: twelve digits
# would read as an account.
_NAME = r"[A-Za-z][\w+=.@/-]*"
# What would read as a part of the line around it, or as the unique id of a principal that was deleted.
_UNCLEAR = re.compile(r"on|for|if|all|but|and|more|AWS|Service|Federated|CanonicalUser|A(IDA|ROA)[A-Z0-9]+")


def with_short_names(changes: Collection[Change], people_account: str) -> tuple[Change, ...]:
    """Return the changes with `bob` in the place of the ARN of the user bob in the account that holds the people.

    Only principals of trust policies are shortened; users of any other account keep their ARNs.
    """
    if not people_account:
        return tuple(changes)
    arn = re.compile(rf"(?<!\S)arn:aws[\w-]*:iam::{re.escape(people_account)}:user/({_NAME})(?=,?(?:\s|$))")
    return tuple(replace(change, details=_shortened(change.details, arn)) for change in changes)


def _shortened(details: tuple[Detail, ...], arn: re.Pattern[str]) -> tuple[Detail, ...]:
    return tuple(
        replace(
            detail,
            text=arn.sub(_name, detail.text) if _has_principals(detail) else detail.text,
            details=_shortened(detail.details, arn) if _is_of_trust(detail) else detail.details,
        )
        for detail in details
    )


def _has_principals(detail: Detail) -> bool:
    return _is_of_trust(detail) or detail.where in _PRINCIPALS


def _is_of_trust(detail: Detail) -> bool:
    return detail.where == _TRUST or detail.where.startswith(f"{_TRUST}.")


def _name(match: re.Match[str]) -> str:
    return match[0] if _UNCLEAR.fullmatch(match[1]) else match[1]
