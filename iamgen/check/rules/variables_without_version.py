"""The rule about policy variables that IAM reads as plain text, because the Version does not support them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.template import Document, Template
from iamgen.iam.values import Value

_WITH_VARIABLES = "2012-10-17"
_VARIABLE = re.compile(r"\$\{(?:[*?$]|[A-Za-z0-9.-]+:[^}]+)\}")


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        if document.version != _WITH_VARIABLES and "⟨" not in document.version:
            used = next((value for value in _values(document) if _has_variable(value.text)), None)
            if used:
                version = f"Version {document.version}" if document.version else "no Version"
                problem = f"{document.owner} has {version}, so that {used.text} is ordinary text"
                yield Problem(used.path, f'{problem}: write "Version": "{_WITH_VARIABLES}"')


def _values(document: Document) -> Iterator[Value]:
    for statement in document.statements:
        yield from statement.resources
        yield from statement.not_resources
        for condition in statement.conditions:
            yield from condition.values


def _has_variable(text: str) -> bool:
    """Return whether a text has a variable, which ends before its last closing brace: nothing after that is looked
    at."""
    return _VARIABLE.search(text, 0, text.rfind("}") + 1) is not None


_OWN = allow("iam:ChangePassword", "arn:aws:iam::111111111111:user/${aws:username}")


def _of_version(**version: str) -> dict[str, object]:
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {**version, "Statement": [_OWN]}}}


RULE = Rule(
    id="E115",
    name="variables-without-version",
    level="error",
    summary="A policy document uses variables, but its Version does not support them",
    why=(
        "Variables such as `${aws:username}` came with Version 2012-10-17. In a document without a Version, or "
        "with 2008-10-17, they are ordinary text. A statement with such a text allows its actions to nobody, or "
        "denies them to nobody."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
    check=_check,
    good=(template(OwnP=policy(_OWN)), template(ReadP=_of_version(Version="2012-10-17"))),
    bad=(template(OwnP=_of_version()), template(OwnP=_of_version(Version="2008-10-17"))),
)
