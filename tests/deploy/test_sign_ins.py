"""Signing in to many accounts: at the same time, unless somebody may be asked for something."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.aws_client.sessions import may_ask, sign_in
from iamgen.declaration.load import load
from iamgen.declaration.resolved import Declaration
from iamgen.deploy import targets
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.ui.console import Console
from tests.deploy.conftest import NOW

CONFIG = """\
[default]
region = eu-west-1
[profile keys]
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = any
[profile mfa]
role_arn = arn:aws:iam::222222222222:role/x
source_profile = keys
mfa_serial = arn:aws:iam::111111111111:mfa/bob
[profile behind]
role_arn = arn:aws:iam::333333333333:role/x
source_profile = mfa
[profile role]
role_arn = arn:aws:iam::333333333333:role/x
source_profile = keys
[profile itself]
role_arn = arn:aws:iam::333333333333:role/x
source_profile = itself
[profile round]
source_profile = about
[profile about]
source_profile = round
[profile program]
credential_process = /bin/ask
"""
CONST = """\
GLOBAL_AWS_REGION=eu-west-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
DEV_AWS_ACCOUNT_ID=222222222222
DEV_AWS_PROFILE=keys
PROD_AWS_ACCOUNT_ID=333333333333
PROD_AWS_PROFILE=role
SHOP_AWS_ACCOUNT_ID=444444444444
SHOP_AWS_PROFILE=mfa
TEST_AWS_ACCOUNT_ID=555555555555
TEST_AWS_PROFILE=program
"""
USERS = 'from iamgen import User\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"dev": "ReadR"}),)\nCI_USERS = ()\n'


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config"
    file.write_text(CONFIG)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return file


@pytest.fixture
def declaration(make_repo: Callable[..., Path]) -> Declaration:
    return load(make_repo(USERS, CONST), NOW).declaration


@pytest.mark.parametrize(
    ("profile", "asks"),
    [
        (None, False), ("keys", False), ("role", False), ("itself", False), ("round", False), ("nowhere", False),
        ("mfa", True), ("behind", True), ("program", True),
    ],
)  # fmt: skip
def test_who_may_be_asked(profile: str | None, asks: bool) -> None:
    assert may_ask(profile) is asks


def test_the_profile_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "behind")
    assert may_ask(None)
    assert not may_ask("keys")


def test_a_config_that_cannot_be_read_counts_as_if_it_asked(config: Path) -> None:
    config.write_text("[profile mfa\n")
    assert may_ask("keys")


class SignIns:
    """Stands for `connect`: notes who signs in where, and lets the accounts that ask nothing wait for each other."""

    def __init__(self, together: int) -> None:
        self.barrier = threading.Barrier(together)
        self.one_by_one: list[str] = []

    def connect(self, credentials: Credentials, region: str, where: str) -> Clients:
        if threading.current_thread() is threading.main_thread():
            assert self.barrier.n_waiting == 0
            self.one_by_one.append(where)
        else:
            self.barrier.wait(10)
        if credentials.profile == "role":
            raise refuse(where, "no way")
        return Clients(lambda name: name, credentials, region)


def console() -> Console:
    return Console(io.StringIO(), io.StringIO(), coloured=False, answers=io.StringIO())


def test_all_sign_in_at_the_same_time(declaration: Declaration, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of which somebody may be asked do so before, one after the other; what fails fails when it is used."""
    sign_ins = SignIns(together=3)
    monkeypatch.setattr(targets, "connect", sign_ins.connect)
    accounts = tuple(declaration.accounts.values())
    clients = CredentialChoice().clients_of_each(declaration, accounts, console())
    assert list(clients) == ["user-only", "dev", "prod", "shop", "test"]
    assert sign_ins.one_by_one == ["shop (444444444444)", "test (555555555555)"]
    profiles = [item.credentials.profile for item in clients.values()]
    assert profiles == [None, "keys", "role", "mfa", "program"]
    assert clients["dev"].iam == "iam"
    with pytest.raises(IamgenError, match="no way"):
        _ = clients["prod"].iam


def test_an_mfa_code_that_nobody_can_type() -> None:
    class Session:
        def get_credentials(self) -> None:
            raise EOFError  # what getpass does where there is no terminal

    with pytest.raises(IamgenError) as raised:
        sign_in(Session(), "dev", Credentials("mfa"))
    assert raised.value.faults == (
        Fault(
            "dev",
            "the profile asks for an MFA code, and there is no terminal to ask on",
            "sign in before, with the AWS CLI and that profile, or deploy from a terminal",
        ),
    )


def test_a_template_that_names_no_account_is_refused_before_anybody_signs_in(
    declaration: Declaration, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(targets, "connect", calls.append)
    choice = CredentialChoice(role_arn_template="arn:aws:iam::1:role/x")
    with pytest.raises(UsageError):
        choice.clients_of_each(declaration, tuple(declaration.accounts.values()), console())
    assert not calls
