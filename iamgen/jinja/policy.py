"""Make policy documents from the operator's templates, or report the line on which the result is not JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iamgen.declaration.cloudformation import not_finite, replaced
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, IamgenError, refuse

if TYPE_CHECKING:
    from iamgen.jinja.template import RenderedText

FOLDER = "policies"
PolicyDocument = dict[str, Any]
PolicyDocuments = Callable[[str, Mapping[str, object], Account], PolicyDocument]


def documents(root: Path, declaration: Declaration) -> PolicyDocuments:
    """Return what gives the document of a template of `templates/policies/` for an account.

    The template knows `account`, `accounts`, `constants`, `partition`, and the policy's own `vars`, by name
    too. It raises IamgenError with the template's lines: undefined names, no JSON, a key that stands twice, what
    CloudFormation would replace, or something else than an object.
    """
    shared = {
        "accounts": {name: _plain(account) for name, account in declaration.accounts.items()},
        "constants": {name: constant.value for name, constant in declaration.constants.by_name.items()},
        "partition": declaration.partition,
    }

    def document(template: str, own: Mapping[str, object], account: Account) -> PolicyDocument:
        from iamgen.jinja.template import render  # jinja2: 60 ms that most declarations do not need

        variables = {**own, **shared, "account": _plain(account), "vars": dict(own)}
        return parse(render(root, f"{FOLDER}/{template}", variables))

    return document


def parse(rendered: RenderedText) -> PolicyDocument:
    """Return the policy document that a rendered template is. Raises IamgenError, with every line that is at fault."""
    from iamgen.jinja.json_text import TooDeepError, read  # most declarations have no policy of their own

    try:
        document = read(rendered.text)
    except json.JSONDecodeError as exc:
        problem = f"it makes no JSON: {exc.msg}"
        raise refuse(rendered.where(exc.lineno, exc.colno), problem, _excerpt(rendered, exc.lineno)) from exc
    except TooDeepError as exc:
        hint = "a policy has six levels: look for what repeats itself"
        raise refuse(rendered.where(exc.line), f"it is nested too deeply: {exc}", hint) from exc
    faults = [*_repeated(rendered), *_not_letting_out(rendered, document)]
    if faults:
        raise IamgenError(dict.fromkeys(faults))
    wrong = _wrong_shape(document)
    if wrong:
        raise refuse(rendered.where(1), wrong, 'write {"Version": "2012-10-17", "Statement": [{"Effect": …}]}')
    return document  # type: ignore[return-value]  # it has the shape


def _repeated(rendered: RenderedText) -> Iterator[Fault]:
    """Find each key that stands in its object a second time."""
    from iamgen.iam.json_text import repeated_keys

    for repeated in repeated_keys(rendered.text):
        yield repeated.fault(rendered.where(repeated.line))


def _not_letting_out(rendered: RenderedText, document: object) -> Iterator[Fault]:
    """Find what CloudFormation would replace, and numbers that JSON does not have."""
    replacements = list(replaced(document))
    endless = list(not_finite(document))
    if replacements or endless:
        from iamgen.iam.json_text import parts

        lines = {part.path: part.position.line for part in parts(rendered.text)}
        for path, problem, hint in replacements:
            yield Fault(rendered.where(lines.get(path, 1)), f"it has {problem}", hint)
        for path in endless:
            problem = "it has NaN, Infinity, or a number that is too large"
            yield Fault(rendered.where(lines.get(path, 1)), problem, "JSON has none of these: write a number, or text")


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


def _excerpt(rendered: RenderedText, line: int) -> str:
    """Return what to do about a line that makes no JSON: where the template is not the same, its text is shown."""
    text = rendered.text.split("\n")[line - 1].strip()
    if not text:
        return "something is missing before this"
    if rendered.is_verbatim(line):
        return "JSON has a comma between two entries, none after the last, and text in double quotes"
    return f"the template makes of it: {text}"


def _plain(account: Account) -> dict[str, str]:
    return {"name": account.name, "id": account.id, "kind": account.kind, "display": account.display}
