"""Clients of AWS for one account, made when they are first used."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from iamgen.aws_client.errors import telling
from iamgen.errors import Fault, IamgenError, UsageError, refuse

Client = Any  # boto3 has no types
_SESSION = "iamgen"
# Throttling and a network that fails are tried again, with growing pauses: some half a minute in all.
_ATTEMPTS = 8


@dataclass(frozen=True)
class Credentials:
    """Where credentials come from: a profile, or None for what boto3 finds; then a role that they assume, or None."""

    profile: str | None = None
    role_arn: str | None = None

    def __str__(self) -> str:
        result = f"profile {self.profile}" if self.profile else "the default credentials"
        return f"{self.role_arn} through {result}" if self.role_arn else result


class Clients:
    """The clients that one account is worked with. `make` returns the client of a service, by its name; `source` is
    the ARN of who assumed their role, nothing when they assumed none."""

    def __init__(
        self, make: Callable[[str], Client], credentials: Credentials, region: str, *, source: str = ""
    ) -> None:
        self._make, self.credentials, self.region, self.source = make, credentials, region, source

    @cached_property
    def cloudformation(self) -> Client:
        """Stacks and stack sets."""
        return self._make("cloudformation")

    @cached_property
    def iam(self) -> Client:
        """What stacks do not say of users, groups and roles."""
        return self._make("iam")

    @cached_property
    def organizations(self) -> Client:
        """Which accounts there are in an organisation."""
        return self._make("organizations")

    @cached_property
    def s3(self) -> Client:
        """Where a template goes that is too large to be sent along."""
        return self._make("s3")

    @cached_property
    def sts(self) -> Client:
        """Who one is."""
        return self._make("sts")


def connect(credentials: Credentials, region: str, where: str) -> Clients:
    """Return clients with these credentials; AWS_ENDPOINT_URL says where AWS is, if it is elsewhere.

    `where` names the account in messages. Raises IamgenError for a profile that there is not, and when the role
    cannot be assumed.
    """
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        connect_timeout=10,
        read_timeout=60,
        user_agent_extra="iamgen",
    )
    source = ""
    with telling(where, credentials):
        session = _session(credentials.profile, region_name=region)
        _sign_in(session, where)
        if credentials.role_arn:
            sts = session.client("sts", config=config)
            source = sts.get_caller_identity()["Arn"]
            value = sts.assume_role(RoleArn=credentials.role_arn, RoleSessionName=_SESSION)["Credentials"]
            session = _session(
                None,
                aws_access_key_id=value["AccessKeyId"],
                aws_secret_access_key=value["SecretAccessKey"],
                aws_session_token=value["SessionToken"],
                region_name=region,
            )
    return Clients(lambda service: session.client(service, config=config), credentials, region, source=source)


def _sign_in(session: Any, where: str) -> None:  # noqa: ANN401  # boto3 has no types
    """Get credentials now, one account after the other: a profile may ask for an MFA code."""
    try:
        credentials = session.get_credentials()
        if credentials:  # else the first request says that there are none
            credentials.get_frozen_credentials()
    except EOFError as exc:
        message = "the profile asks for an MFA code, and there is no terminal to ask on"
        raise refuse(
            where, message, "sign in before, with the AWS CLI and that profile, or deploy from a terminal"
        ) from exc


def _session(profile: str | None, **settings: str) -> Any:  # noqa: ANN401  # boto3 has no types
    import boto3  # 300 ms
    from botocore.credentials import JSONFileCache
    from botocore.session import Session

    core = Session(profile=profile)
    # what describes the services is read once, not once an account: 13 ms instead of 130
    core.register_component("data_loader", _loader(core.get_config_variable("data_path")))
    # sessions are shared with the AWS CLI: an MFA code works once, and a deployment has many accounts
    provider = core.get_component("credential_provider").get_provider("assume-role")
    provider.cache = JSONFileCache(str(Path.home() / ".aws" / "cli" / "cache"))
    return boto3.Session(botocore_session=core, **settings)


@cache
def _loader(path: str | None) -> Any:  # noqa: ANN401  # boto3 has no types
    from botocore.loaders import create_loader

    return create_loader(path)


def role_arn(template: str, account_id: str, partition: str) -> str:
    """Return the role that `--role-arn-template` means in an account; raises UsageError for a name that there is not.

    The template knows `{account_id}` and `{partition}`.
    """
    known = {"account_id": account_id, "partition": partition}
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError as exc:
        raise UsageError([Fault("--role-arn-template", str(exc), _EXAMPLE)]) from exc
    if "account_id" not in names or names - known.keys():
        raise UsageError([Fault("--role-arn-template", "it has {account_id} in it, and at most {partition}", _EXAMPLE)])
    return template.format(**known)


_EXAMPLE = "such as 'arn:aws:iam::{account_id}:role/deployer'"


@dataclass(frozen=True)
class Identity:
    """Who one is in AWS. `source` is the ARN of who assumed the role, where iamgen did that itself."""

    account: str
    arn: str
    source: str = ""


class WrongAccountError(IamgenError):
    """Credentials of another account: whoever is about to deploy has mixed something up."""


def require_account(clients: Clients, account_id: str, where: str) -> Identity:
    """Return who the credentials are. Raises WrongAccountError when they are not the account's own, and IamgenError
    when there are none that are valid."""
    with telling(where, clients.credentials):
        caller = clients.sts.get_caller_identity()
    if caller["Account"] != account_id:
        message = f"the credentials are of account {caller['Account']}: {clients.credentials}, {caller['Arn']}"
        hint = "choose with --profile, --role-arn-template or <ACCOUNT>_AWS_PROFILE in CONST.inc"
        raise WrongAccountError([Fault(where, message, hint)])
    return Identity(caller["Account"], caller["Arn"], clients.source)
