"""A trust policy's principals have to exist, as they have to in AWS; ministack takes any."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

ARN = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):(?P<kind>user|role)/(?:.*/)?(?P<name>[^/]+)")


def register() -> None:
    """Refuse, in stacks, a role that trusts a user or role that there is not in its account."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    make, change = handlers["create"], handlers["update"]

    def checked_make(logical_id: str, props: dict[str, Any], stack: str) -> object:
        check(props)
        return make(logical_id, props, stack)

    def checked_change(name: str, before: dict[str, Any], after: dict[str, Any], *rest: str) -> object:
        check(after)
        return change(name, before, after, *rest)

    handlers |= {"create": checked_make, "update": checked_change}


def check(props: dict[str, Any]) -> None:
    """Raise ValueError, in AWS's words, for the first principal that does not exist."""
    for arn in principals(props["AssumeRolePolicyDocument"]):
        named = ARN.fullmatch(arn)
        if not named:
            continue
        store = iam._users if named["kind"] == "user" else iam._roles
        result = store._data.get((named["account"], named["name"]))  # another account's are out of sight
        if not result or result["Arn"].split(":", 2)[2] != arn.split(":", 2)[2]:
            raise ValueError(
                f'Resource handler returned message: "Invalid principal in policy: "AWS":"{arn}" '
                '(Service: Iam, Status Code: 400, Request ID: 0)" (HandlerErrorCode: InvalidRequest)'
            )


def principals(document: Any) -> Iterator[str]:  # a policy, as text or as data
    """Yield every AWS principal that a trust policy names."""
    parsed = json.loads(document) if isinstance(document, str) else document
    statements = parsed["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        named = statement.get("Principal", {})
        of_aws = named.get("AWS", []) if isinstance(named, dict) else []
        yield from of_aws if isinstance(of_aws, list) else [of_aws]
