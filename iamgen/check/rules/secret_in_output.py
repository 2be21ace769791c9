"""The rule about outputs of a stack that show a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import user
from iamgen.iam.holes import function, text
from iamgen.iam.references import references, substituted_text
from iamgen.iam.syntax import Path
from iamgen.iam.template import Template

_ATTRIBUTES = ("SecretAccessKey", "ClientSecret")
_RESOLVED = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):")
_SECRET_NAME = re.compile(r".*(password|passwd|passphrase|secretkey|secretaccesskey)", re.IGNORECASE)
_ONE_VALUE = ("Ref", "Fn::GetAtt", "Fn::Sub")
_HOW = "outputs are never hidden; keep it in Secrets Manager, and output its ARN"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    outputs = template.body.get("Outputs")
    for name, output in outputs.items() if isinstance(outputs, Mapping) else ():
        if isinstance(output, Mapping):
            for value, path in _values(output.get("Value"), ("Outputs", name, "Value")):
                secret = _secret(value, template)
                if secret:
                    yield Problem(path, f"the output {name} shows {secret}: {_HOW}")


def _values(value: object, path: Path) -> Iterator[tuple[object, Path]]:
    """Yield the parts of an output: texts, and functions, each of which gives one value."""
    if isinstance(value, Mapping):
        if function(value) in _ONE_VALUE:
            yield value, path
        else:
            for key, part in value.items():
                yield from _values(part, (*path, key))
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _values(part, (*path, index))
    elif isinstance(value, str):
        yield value, path


def _secret(value: object, template: Template) -> str:
    if _RESOLVED.search(value if isinstance(value, str) else substituted_text(value)):
        return "a secret that it resolves"
    for reference in references(value):
        name, _, attribute = reference.partition(".")
        if attribute in _ATTRIBUTES:
            return f"{name}'s {attribute}"
        if not attribute and _is_secret_parameter(name, template):
            return f"the parameter {name}"
    return ""


def _is_secret_parameter(name: str, template: Template) -> bool:
    parameters = template.body.get("Parameters")
    parameter = parameters.get(name) if isinstance(parameters, Mapping) else None
    if not isinstance(parameter, Mapping):
        return False
    return text(parameter.get("NoEcho", "false")).lower() == "true" or _SECRET_NAME.fullmatch(name) is not None


_KEY = {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Ci"}}}
_RESOURCES = {"Ci": user(UserName="ci"), "Key": _KEY}
_HIDDEN = {"Password": {"Type": "String", "NoEcho": True}}

RULE = Rule(
    id="E114",
    name="secret-in-output",
    level="error",
    summary="An output shows a secret",
    why=(
        "The console and every description of the stack show the outputs to everybody who may read stacks. The "
        "rule finds secret access keys, parameters with `NoEcho`, and the values of "
        "`{{resolve:secretsmanager:…}}`."
    ),
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html",
    check=_check,
    good=(
        {"Resources": _RESOURCES, "Outputs": {"KeyId": {"Value": {"Ref": "Key"}}}},
        {"Resources": _RESOURCES, "Outputs": {"User": {"Value": {"Fn::GetAtt": ["Ci", "Arn"]}}}},
    ),
    bad=(
        {"Resources": _RESOURCES, "Outputs": {"Secret": {"Value": {"Fn::GetAtt": ["Key", "SecretAccessKey"]}}}},
        {"Resources": _RESOURCES, "Outputs": {"Keys": {"Value": {"Fn::Sub": "${Key}:${Key.SecretAccessKey}"}}}},
        {"Resources": {}, "Parameters": _HIDDEN, "Outputs": {"Login": {"Value": {"Ref": "Password"}}}},
        {"Resources": {}, "Outputs": {"Login": {"Value": "{{resolve:secretsmanager:login:SecretString:password}}"}}},
    ),
)
