from __future__ import annotations

from collections.abc import Callable

import pytest

from iamgen.check.finding import Finding
from iamgen.check.rules._examples import user

Found = Callable[..., list[Finding]]

BODY = {
    "Parameters": {
        "Login": {"Type": "String", "NoEcho": "true"},
        "Open": {"Type": "String", "NoEcho": False},
        "DbPassword": {"Type": "String"},
        "PasswordLength": {"Type": "Number"},
    },
    "Resources": {"Ci": user(UserName="ci"), "Key": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": "ci"}}},
}


@pytest.mark.parametrize(
    ("value", "shows"),
    [
        ({"Fn::GetAtt": ["Key", "SecretAccessKey"]}, "Key's SecretAccessKey"),
        ({"Fn::GetAtt": "Key.SecretAccessKey"}, "Key's SecretAccessKey"),
        ({"Fn::Sub": "${Key}=${Key.SecretAccessKey}"}, "Key's SecretAccessKey"),
        ({"Fn::Sub": ["${S}", {"S": {"Fn::GetAtt": ["Key", "SecretAccessKey"]}}]}, "Key's SecretAccessKey"),
        ({"Fn::Join": ["=", ["x", {"Fn::GetAtt": ["Key", "SecretAccessKey"]}]]}, "Key's SecretAccessKey"),
        ({"Fn::Base64": {"Fn::GetAtt": ["Key", "SecretAccessKey"]}}, "Key's SecretAccessKey"),
        ({"Fn::If": ["C", {"Ref": "Login"}, "x"]}, "the parameter Login"),
        ({"Ref": "DbPassword"}, "the parameter DbPassword"),
        ("{{resolve:secretsmanager:login:SecretString:password}}", "a secret that it resolves"),
        ({"Fn::Sub": "{{resolve:ssm-secure:/${Open}:1}}"}, "a secret that it resolves"),
        ("{{resolve:ssm:/open:1}}", ""),
        ({"Ref": "Key"}, ""),
        ({"Ref": "Open"}, ""),
        ({"Ref": "PasswordLength"}, ""),
        ({"Fn::GetAtt": ["Ci", "Arn"]}, ""),
        (None, ""),
        (5, ""),
    ],
)
def test_outputs(findings_of: Found, value: object, shows: str) -> None:
    findings = findings_of({**BODY, "Outputs": {"Out": {"Value": value}}})
    messages = [finding.message for finding in findings if finding.name == "secret-in-output"]
    expected = "outputs are never hidden; keep it in Secrets Manager, and output its ARN"
    assert messages == ([f"the output Out shows {shows}: {expected}"] if shows else [])
