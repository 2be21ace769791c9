"""How a CI user's key is exchanged: a step a run, found by what AWS has, and the secret in one place alone."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.aws_client.polling import Pace
from iamgen.cli.main import iamgen as program
from iamgen.cli.session import Session
from iamgen.commands.keys_rotate import KeysRotateRequest, rotate_keys
from iamgen.commands.requests import Consent, Output
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import IamgenError, UsageError
from iamgen.people.key_rotation import RotationChoices, key_rotation
from iamgen.people.user_state import AccessKeyState
from tests.people.conftest import console, messages, printed, valid
from tests.people.test_user_create import Broken
from tests.people.test_user_show import Refusing

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OLD = AccessKeyState("AKIAOLD", True, NOW - timedelta(days=100), NOW - timedelta(days=1), "sts")
NEW = AccessKeyState("AKIANEW", True, NOW)
USED = replace(NEW, last_used=NOW)
OFF = replace(OLD, is_active=False)
WHERE = "dev (222222222222)"
SECRET = re.compile(r"its secret, shown this once: (\S+)")


@pytest.mark.parametrize(
    ("keys", "choices", "state", "step", "remark", "after"),
    [
        ((), RotationChoices(), "begin", "CreateAccessKey", "ci has no access key", ""),
        (
            (OLD,), RotationChoices(), "begin", "CreateAccessKey", "AKIAOLD is 100 days old",
            "let a job use the new key; then the same command makes the old one inactive",
        ),
        (
            (OLD,), RotationChoices(timedelta(days=180)), "nothing", "", "AKIAOLD is 100 days old, and not yet 180", "",
        ),
        (
            (NEW, OLD), RotationChoices(), "wait", "", "AWS knows of no use of the new key AKIANEW yet",
            "let a job use it; or --discard-new, if its secret is lost",
        ),
        (
            (OLD, replace(NEW, is_use_known=False)), RotationChoices(), "wait", "",
            "whether AKIANEW is used cannot be looked at: iam:GetAccessKeyLastUsed",
            "look at it, and make AKIAOLD inactive by hand",
        ),
        (
            (USED, OLD), RotationChoices(), "switch off", "DeactivateCredential",
            "the new key AKIANEW is used since 2026-11-26 12:00 UTC; AKIAOLD was used last on 2026-11-25",
            "when all jobs have run without AKIAOLD, the same command deletes it",
        ),
        (
            (OFF, USED), RotationChoices(), "delete", "DeleteCredential",
            "AKIAOLD is inactive, was used last on 2026-11-25, and AKIANEW works", "",
        ),
        (
            (OLD, NEW), RotationChoices(discard=True), "discard", "DeleteCredential",
            "AKIANEW is the newer key, and AWS knows of no use of it", "begin anew",
        ),
        (
            (OLD, USED), RotationChoices(discard=True), "nothing", "", "there is no new key that nobody has used", "",
        ),
        ((OFF,), RotationChoices(), "begin", "CreateAccessKey", "AKIAOLD is 100 days old",
            "let a job use the new key; then the same command makes the old one inactive"),
    ],
)  # fmt: skip
def test_what_aws_has_decides_what_comes_next(
    keys: tuple[AccessKeyState, ...], choices: RotationChoices, state: str, step: str, remark: str, after: str
) -> None:
    rotation = key_rotation("ci", keys, choices, NOW)
    steps = [type(item).__name__ for item in rotation.steps]
    assert (rotation.state, steps, rotation.remark, rotation.next) == (state, [step] if step else [], remark, after)
    touched = {getattr(item, "id", "AKIAOLD" if state != "discard" else "AKIANEW") for item in rotation.steps}
    assert touched <= ({"AKIANEW"} if state == "discard" else {"AKIAOLD"})  # never the key that works


def request(repository: Path, **settings: Any) -> KeysRotateRequest:
    settings = {"consent": Consent(yes=True), "pace": Pace(lambda _: None), **settings}
    return KeysRotateRequest(repository, "ci", **settings)


@pytest.fixture
def iam(aws: Any) -> Any:
    client = aws.client("iam", "dev")
    client.create_user(UserName="ci")
    return client


def work_with(monkeypatch: pytest.MonkeyPatch, iam: Any, **services: Any) -> None:
    """Let the command work with these clients; STS is the local one."""
    signed_in = CredentialChoice.clients

    def clients(choice: CredentialChoice, declaration: Any, account: Any) -> Clients:
        real = signed_in(choice, declaration, account)
        own = {"iam": iam, "sts": real.sts, **services}
        return Clients(own.__getitem__, Credentials("of-dev"), "eu-west-1")

    monkeypatch.setattr(CredentialChoice, "clients", clients)


def keys_of(iam: Any) -> dict[str, str]:
    return {key["AccessKeyId"]: key["Status"] for key in iam.list_access_keys(UserName="ci")["AccessKeyMetadata"]}


def test_a_rotation_goes_from_step_to_step_to_its_end(
    repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = iam.create_access_key(UserName="ci")["AccessKey"]["AccessKeyId"]
    written = console("y\n", terminal=True)
    assert rotate_keys(request(repository, consent=Consent()), written) == 0
    (new,) = set(keys_of(iam)) - {old}
    text = messages(written)
    assert f"access key of ci: {new}\n" in text
    (secret,) = SECRET.findall(text)
    assert secret not in printed(written)
    assert f"Do this for ci in {WHERE}? [y/N] " in text
    written = console()
    assert rotate_keys(request(repository, output=Output(as_json=True, exit_code=True)), written) == 4
    body = valid("keys-rotate", printed(written))
    assert (body["state"], body["steps"], body["done"]) == ("wait", [], False)
    used = {"AccessKeyLastUsed": {"LastUsedDate": NOW, "ServiceName": "sts", "Region": "x"}}

    class Used:
        """The same IAM, which knows that every key is used."""

        def __getattr__(self, operation: str) -> Any:
            return (lambda **_: used) if operation == "get_access_key_last_used" else getattr(iam, operation)

    work_with(monkeypatch, Used())
    for status, state in (("Inactive", "switch off"), (None, "delete")):
        before = keys_of(iam)
        written = console()
        code = rotate_keys(request(repository, output=Output(as_json=True)), written)
        assert code == 0, messages(written)
        assert valid("keys-rotate", printed(written))["state"] == state
        changed = {key for key in before if keys_of(iam).get(key) != before[key]}
        assert len(changed) == 1
        assert keys_of(iam).get(changed.pop()) == status
    assert list(keys_of(iam).values()) == ["Active"]
    assert "done: the rotation is at its end\n" in messages(written)


def test_a_file_gets_the_key_and_is_private_and_new(repository: Path, iam: Any, tmp_path: Path) -> None:
    file = tmp_path / "key"
    written = console()
    assert rotate_keys(request(repository, key_file=file, output=Output(as_json=True)), written) == 0
    body = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (body["UserName"], [body["AccessKeyId"]]) == ("ci", list(keys_of(iam)))
    assert body["SecretAccessKey"] not in messages(written) + printed(written)
    with pytest.raises(IamgenError) as refused:
        rotate_keys(request(repository, key_file=file), console())
    (fault,) = refused.value.faults
    assert (fault.problem, fault.hint) == (
        "is there already, and may have a key in it",
        "name a file that there is not",
    )


def test_without_a_terminal_or_another_way_no_key_is_made(repository: Path, iam: Any) -> None:
    with pytest.raises(IamgenError) as refused:
        rotate_keys(request(repository), console())
    (fault,) = refused.value.faults
    assert (fault.where, fault.problem) == (
        "keys rotate",
        "a key is shown only on a terminal, and there is no terminal",
    )
    assert fault.hint == "hand it over by --secret NAME or --key-file FILE"
    assert keys_of(iam) == {}


class Manager:
    """Secrets Manager, which has some secrets."""

    def __init__(self, *names: str, refuses: str = "") -> None:
        self.secrets, self.refuses = dict.fromkeys(names, ""), refuses

    def _check(self, operation: str) -> None:
        if operation == self.refuses:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)

    def describe_secret(self, *, SecretId: str) -> None:  # noqa: N803
        self._check("DescribeSecret")
        if SecretId not in self.secrets:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "DescribeSecret")

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803
        self._check("PutSecretValue")
        self.secrets[SecretId] = SecretString

    def create_secret(self, *, Name: str, SecretString: str) -> None:  # noqa: N803
        assert Name not in self.secrets
        self.secrets[Name] = SecretString


@pytest.mark.parametrize("names", [(), ("ci/key",)])
def test_a_secret_gets_the_key(
    names: tuple[str, ...], repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = Manager(*names)
    work_with(monkeypatch, iam, secretsmanager=manager)
    written = console()
    assert rotate_keys(request(repository, secret="ci/key"), written) == 0
    body = json.loads(manager.secrets["ci/key"])
    assert [body["AccessKeyId"]] == list(keys_of(iam))
    assert body["SecretAccessKey"] not in messages(written) + printed(written)
    assert "make another access key for ci, and hand it over: the secret ci/key of Secrets Manager\n" in printed(
        written
    )


@pytest.mark.parametrize("operation", ["DescribeSecret", "PutSecretValue"])
def test_a_key_that_cannot_be_handed_over_is_not_left_behind(
    operation: str, repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_with(monkeypatch, iam, secretsmanager=Manager("ci/key", refuses=operation))
    written = console()
    assert rotate_keys(request(repository, secret="ci/key"), written) == 1
    assert f"profile of-dev may not do {operation}: no" in messages(written)
    assert keys_of(iam) == {}


def test_a_key_that_a_secret_may_have_by_now_is_not_deleted(
    repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is lost when the secret has the new key: a machine that reads it would have a key that is gone."""

    class Lost(Manager):
        def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803
            super().put_secret_value(SecretId=SecretId, SecretString=SecretString)
            raise ConnectionClosedError(endpoint_url="https://secretsmanager")

    manager = Lost("ci/key")
    work_with(monkeypatch, iam, secretsmanager=manager)
    assert rotate_keys(request(repository, secret="ci/key"), console()) == 1
    assert json.loads(manager.secrets["ci/key"])["AccessKeyId"] in keys_of(iam)


def test_a_file_is_gone_when_no_key_is_made(
    repository: Path, iam: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_with(monkeypatch, Broken(iam, create_access_key=("LimitExceeded", "two")))
    written = console()
    assert rotate_keys(request(repository, key_file=tmp_path / "key"), written) == 1
    assert "AWS refuses CreateAccessKey: LimitExceeded: two" in messages(written)
    assert not (tmp_path / "key").exists()


def test_a_dry_run_and_a_no_change_nothing(repository: Path, iam: Any) -> None:
    written = console()
    assert rotate_keys(request(repository, consent=Consent(dry_run=True)), written) == 0
    assert "dry run: would do this for ci\n" in messages(written)
    written = console("n\n", terminal=True)
    assert rotate_keys(request(repository, consent=Consent()), written) == 1
    assert keys_of(iam) == {}


@pytest.mark.parametrize(
    ("name", "account", "where", "problem", "hint"),
    [
        ("cii", None, "cii", "users.py declares no such CI user", "did you mean ci?"),
        (
            "alice", None, "alice", "users.py declares no such CI user",
            "people look after their own keys; CI users are in CI_USERS",
        ),
        ("ci", "prod", "prod", "ci is in dev", "name one of them: iamgen keys rotate ci ACCOUNT"),
        ("ci", None, WHERE, "there is no IAM user ci yet", "its stack makes it: iamgen deploy dev"),
    ],
)  # fmt: skip
def test_somebody_else_and_another_account_are_refused(
    name: str, account: str | None, where: str, problem: str, hint: str, repository: Path, aws: Any
) -> None:
    with pytest.raises(IamgenError) as refused:
        rotate_keys(replace(request(repository, account=account), name=name), console())
    assert refused.value.faults == ((where, problem, hint),)


def test_keys_that_cannot_be_looked_at_are_left_alone(
    repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_with(monkeypatch, Refusing(iam, "list_access_keys"))
    with pytest.raises(IamgenError) as refused:
        rotate_keys(request(repository), console(terminal=True))
    (fault,) = refused.value.faults
    assert fault.problem == "the keys of ci cannot be looked at: iam:ListAccessKeys"
    assert fault.hint == "give it iam:ListAccessKeys, or rotate as somebody who has it"


def test_two_ways_to_hand_a_key_over_are_refused() -> None:
    with pytest.raises(UsageError) as refused:
        program.main(
            ["keys", "rotate", "ci", "--secret", "x", "--key-file", "y"], standalone_mode=False, obj=Session(console())
        )
    hint = "a key is handed over once: choose one of them"
    assert refused.value.faults == (("keys rotate", "--secret and --key-file do not go together", hint),)


def test_a_secret_without_a_name_does_not_become_a_key_on_the_terminal() -> None:
    with pytest.raises(UsageError) as refused:
        program.main(["keys", "rotate", "ci", "--secret", ""], standalone_mode=False, obj=Session(console()))
    hint = "such as --secret ci/aws-key; a variable may be empty"
    assert refused.value.faults == (("keys rotate", "--secret names no secret", hint),)
