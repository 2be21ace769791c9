"""Permissions boundaries in GetAccountAuthorizationDetails, which has them in AWS; ministack leaves them out."""

from __future__ import annotations

from typing import Any

from ministack.services import iam

ACTION = "GetAccountAuthorizationDetails"


def register() -> None:
    """Put the boundary of each role and user behind its name."""
    answer = iam._get_account_authorization_details

    def with_boundaries(parameters: dict[str, Any]) -> tuple[int, Any, bytes]:
        status, headers, body = answer(parameters)
        text = body.decode()
        for kind, store in (("Role", iam._roles), ("User", iam._users)):
            for name, result in store.items():
                if result.get("PermissionsBoundary"):
                    tag = f"<{kind}Name>{name}</{kind}Name>"
                    text = text.replace(tag, tag + element(result["PermissionsBoundary"]))
        return status, headers, text.encode()

    iam._get_account_authorization_details = with_boundaries
    for table in vars(iam).values():
        if isinstance(table, dict) and table.get(ACTION) is answer:
            table[ACTION] = with_boundaries


def element(arn: str) -> str:
    kind = "<PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>"
    return f"<PermissionsBoundary>{kind}<PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn></PermissionsBoundary>"
