"""What `Settings(aws_login=…)` lets a person do, and what it does not, with and without MFA."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from awacs import iam, signin, sts
from awacs.aws import Action

from iamgen.access.accounts import Account
from iamgen.access.entities import HandMadeUser
from iamgen.access.principals import console_session, may, with_keys, with_mfa
from iamgen.declaration.load import load
from iamgen.jinja.policy import documents
from iamgen.synth.build import build
from iamgen.synth.template_text import text

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLIENT = "arn:{}:signin:eu-west-1:111111111111:oauth2/public-client/localhost"
AUTHORIZE, TOKEN = "signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"


def actions(module: Any) -> set[str]:
    return {str(action.JSONrepr()) for action in vars(module).values() if isinstance(action, Action)}


EVERY = actions(iam) | actions(sts) | actions(signin) | {"s3:GetObject"}


def users(value: str) -> str:
    return (
        'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"dev": "ReadR"}),)\n'
        f"SETTINGS = Settings(aws_login={value!r})\n"
    )


def bob(make_repo: MakeRepo, value: str, partition: str = "aws") -> Any:
    """Return the person, in the account that the rendered template makes."""
    region = {"aws": "eu-west-1", "aws-cn": "cn-north-1\nGLOBAL_AWS_PARTITION=aws-cn"}[partition]
    const = f"GLOBAL_AWS_REGION={region}\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\n"
    root = make_repo(users(value), const, name=f"{value}-{partition}")
    declaration = load(root, NOW).declaration
    template = json.loads(text(build(declaration, declaration.people_account, documents(root, declaration))))
    person = HandMadeUser("bob", "/", ("AssumeRoleG", "ManageOwnUserG"))
    return Account.of(template, "111111111111", partition, {}, [person]).user("bob")


def allowed(caller: Any, resource: str) -> set[str]:
    return {action for action in EVERY if may(caller, action, resource).allowed}


@pytest.mark.parametrize(
    ("value", "before_mfa", "afterwards"),
    [
        ("no", set(), set()),
        ("mfa", set(), {AUTHORIZE, TOKEN}),
        ("token-without-mfa", {TOKEN}, {AUTHORIZE, TOKEN}),
    ],
)
@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_what_the_setting_adds_and_nothing_else(
    value: str, before_mfa: set[str], afterwards: set[str], partition: str, make_repo: MakeRepo
) -> None:
    person, client = bob(make_repo, value, partition), CLIENT.format(partition)
    usual = bob(make_repo, "no", partition) if value != "no" else person
    for session, added in ((console_session, before_mfa), (with_keys, before_mfa), (with_mfa, afterwards)):
        assert allowed(session(person), client) - allowed(session(usual), client) == added
        for other in (person.arn, "*", client.replace("public-client", "confidential-client")):
            assert allowed(session(person), other) == allowed(session(usual), other)


def test_a_word_that_the_setting_does_not_know(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(users("yes")), "render", "user-only", "--no-lint")
    assert (done.returncode, done.stdout) == (1, "")
    assert "'no', 'mfa' or 'token-without-mfa'" in done.stderr


@pytest.mark.parametrize("value", ["mfa", "token-without-mfa"])
def test_the_template_passes_every_rule(value: str, make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(users(value)), "render", "user-only")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
