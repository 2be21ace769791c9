"""Make one template for all accounts of a kind, which a stack set can deploy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from iamgen.diff.difference import differences
from iamgen.errors import Fault, IamgenError

KindTemplate = Mapping[str, Any]
_ACCOUNT = "${AWS::AccountId}"
_HINT = "give the same people the same roles in all of them, or deploy them one by one: iamgen deploy --all"


def kind_template(kind: str, templates: Mapping[str, tuple[str, KindTemplate]]) -> dict[str, Any]:
    """Return the one template that does in each account what the account's own template would do. `templates` has each
    account's id and template, by its name.

    Raises IamgenError, with each account and what of it differs, when one cannot do that.
    """
    generic = {name: _generic(kind, id_, body) for name, (id_, body) in templates.items()}
    first, pattern = next(iter(generic.items()))
    faults = [fault for name, body in generic.items() for fault in _unlike(first, pattern, name, body)]
    if faults:
        raise IamgenError(faults)
    return pattern


def _unlike(first: str, pattern: KindTemplate, name: str, body: KindTemplate) -> list[Fault]:
    changes = differences(pattern, body)
    if not changes:
        return []
    message = f"it is not as {first} is: {', '.join(change.logical_id for change in changes)}"
    return [Fault(name, f"a stack set has one template for all accounts, and {message}", _HINT)]


def _generic(kind: str, account_id: str, body: KindTemplate) -> dict[str, Any]:
    """Return the template without its account's name and id: the one in words, the other as AWS::AccountId."""
    plain: dict[str, Any] = json.loads(json.dumps(body))
    resources = {name: _with_account(item, account_id) for name, item in plain["Resources"].items()}
    description = f"Who may do what in each {kind} account. Made by iamgen."
    return {**plain, "Description": description, "Resources": resources}


def _with_account(value: Any, account_id: str) -> Any:  # noqa: ANN401  # JSON of any shape
    match value:
        case str() if account_id in value:
            return {"Fn::Sub": value.replace("${", "${!").replace(account_id, _ACCOUNT)}
        case dict():
            return {key: _with_account(element, account_id) for key, element in value.items()}
        case list():
            return [_with_account(item, account_id) for item in value]
    return value
