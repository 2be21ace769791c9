"""Policy documents of an operator's own: JSON out of a template, or the line at which it is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import refuse

if TYPE_CHECKING:
    from iamgen.pages.template import Rendered

FOLDER = "policies"
Document = dict[str, Any]
Documents = Callable[[str, Mapping[str, object], Account], Document]


def documents(root: Path, declaration: Declaration) -> Documents:
    """Return what gives the document of a template of `templates/policies/` for an account.

    The template knows `account`, `accounts`, `constants`, `partition`, and the policy's own `vars`, by name
    too. It raises IamgenError with the template's line: undefined names, no JSON, a key that stands twice,
    or something else than an object.
    """
    shared = {
        "accounts": {name: _plain(account) for name, account in declaration.accounts.items()},
        "constants": {name: one.value for name, one in declaration.constants.by_name.items()},
        "partition": declaration.partition,
    }

    def document(template: str, own: Mapping[str, object], account: Account) -> Document:
        from iamgen.pages.template import render  # jinja2: 60 ms that most declarations do not need

        variables = {**own, **shared, "account": _plain(account), "vars": dict(own)}
        return parse(render(root, f"{FOLDER}/{template}", variables))

    return document


def parse(rendered: Rendered) -> Document:
    """Return the policy document that a rendered template is. Raises IamgenError, with its line."""
    try:
        document = json.loads(rendered.text, object_pairs_hook=_once)
    except json.JSONDecodeError as exc:
        what = f"it makes no JSON: {exc.msg}"
        raise refuse(rendered.where(exc.lineno), what, _excerpt(rendered.text, exc.lineno)) from exc
    except _TwiceError as exc:
        line = _second(rendered.text, exc.key)
        raise refuse(
            rendered.where(line), f"the key {exc.key!r} stands twice", "JSON keeps the last: join the two"
        ) from exc
    wrong = _wrong_shape(document)
    if wrong:
        raise refuse(rendered.where(1), wrong, 'write {"Version": "2012-10-17", "Statement": [{"Effect": …}]}')
    return document  # type: ignore[no-any-return]  # it has the shape


def _wrong_shape(document: object) -> str:
    """Return what keeps a value from having the shape of a policy document, or nothing; cfn-lint looks closer."""
    if not isinstance(document, dict):
        return "it makes no policy document"
    statements = document.get("Statement")
    if not statements:
        return "it has no Statement"
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict):
            return "a Statement in it is no object"
        condition = statement.get("Condition", {})
        if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
            return "a Condition in it is not of the form {operator: {key: value}}"
    return ""


class _TwiceError(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once(pairs: list[tuple[str, Any]]) -> Document:
    found: Document = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found


def _second(text: str, key: str) -> int:
    """Return the line of the second such key within one object, read as YAML, which knows its places."""
    import yaml

    stack = [yaml.compose(text, Loader=yaml.SafeLoader)]
    while stack:
        node = stack.pop()
        if isinstance(node, yaml.MappingNode):
            same = [name for name, _ in node.value if name.value == key]
            if len(same) > 1:
                return int(same[1].start_mark.line) + 1
            stack += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            stack += node.value
    return 1


def _excerpt(text: str, line: int) -> str:
    lines = text.split("\n")
    return f"look at: {lines[line - 1].strip()}" if lines[line - 1].strip() else "something is missing before this"


def _plain(account: Account) -> dict[str, str]:
    return {"name": account.name, "id": account.id, "kind": account.kind, "display": account.display}
