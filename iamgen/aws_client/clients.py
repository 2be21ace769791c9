"""Make the AWS clients of one account, each when it is first used."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from iamgen.aws_client.errors import telling
from iamgen.errors import Fault, IamgenError, UsageError

Client = Any  # boto3 has no types
SESSION_NAME = "iamgen"
"""The name of the sessions of roles that iamgen assumes itself."""


@dataclass(frozen=True)
class Credentials:
    """Where credentials come from."""

    profile: str | None = None
    """The profile; None for what boto3 finds."""
    role_arn: str | None = None
    """The ARN of the role that they assume; None where they are used as they are."""

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
    def secretsmanager(self) -> Client:
        """Where a machine finds its key."""
        return self._make("secretsmanager")

    @cached_property
    def sts(self) -> Client:
        """Who one is."""
        return self._make("sts")


def connect(credentials: Credentials, region: str, where: str) -> Clients:
    """Return clients with these credentials; AWS_ENDPOINT_URL says where AWS is, if it is elsewhere.

    `where` names the account in messages. Raises IamgenError for a profile that there is not, and when the role
    cannot be assumed.
    """
    source = ""
    with telling(where, credentials):
        from iamgen.aws_client.sessions import session, sign_in

        own = session(credentials.profile, where, region_name=region)
        sign_in(own, where, credentials)
        if credentials.role_arn:
            sts = own.client("sts")
            source = sts.get_caller_identity()["Arn"]
            value = sts.assume_role(RoleArn=credentials.role_arn, RoleSessionName=SESSION_NAME)["Credentials"]
            own = session(
                None,
                where,
                aws_access_key_id=value["AccessKeyId"],
                aws_secret_access_key=value["SecretAccessKey"],
                aws_session_token=value["SessionToken"],
                region_name=region,
            )
    return Clients(own.client, credentials, region, source=source)


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
    """The identity with which requests are sent to AWS."""

    account: str
    """The id of the account, twelve digits."""
    arn: str
    """The ARN of the user, or of the session of a role."""
    source: str = ""
    """The ARN of who assumed the role, where iamgen did that itself; else empty."""


class WrongAccountError(IamgenError):
    """The credentials belong to another account: the person who deploys has confused something."""


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
