"""Find users and roles that trust policies name but that are in none of the sources, such as people made by hand."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.access.documents import Statement
from iamgen.questions.model import AccessModel, KnownEntity

UNKNOWN = "not in what was read"
"""What somebody is of whom nothing is known but the name."""
_USER_NAME, _ARN = "aws:username", "aws:principalarn"


def unknown_principals(model: AccessModel, role: KnownEntity) -> tuple[str, ...]:
    """Return the users and roles of the model's accounts that a role trusts and that are not in the model, each once.

    They are named by ARN, or as a condition names them. Those of other accounts are actors of the model.
    """
    return tuple(
        dict.fromkeys(
            name
            for statement in role.as_role.trust
            if statement.effect == "Allow"
            for name in _of_statement(model, statement)
        )
    )


def _of_statement(model: AccessModel, statement: Statement) -> Iterator[str]:
    names = model.names_of_users
    for principal in statement.principals:
        if principal.kind == "AWS" and _is_unknown(model, principal.name):
            yield principal.name
    for condition in statement.conditions:
        if condition.operator.negated:
            continue
        plain = [value for value in condition.values if not {"*", "?", "$"} & set(value)]
        if condition.key.lower() == _USER_NAME:
            yield from (f"the user {value}" for value in plain if value not in names)
        elif condition.key.lower() == _ARN:
            yield from (value for value in plain if _is_unknown(model, value))


def _is_unknown(model: AccessModel, arn: str) -> bool:
    """Return whether an ARN is of a user or role of one of the model's accounts and the model does not have it."""
    fields = arn.split(":", 5)
    is_here = len(fields) > 5 and fields[4] in model.account_by_id  # noqa: PLR2004
    is_known = arn in model.user_names or arn in model.role_by_arn
    return is_here and fields[5].startswith(("user/", "role/")) and not is_known
