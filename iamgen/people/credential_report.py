"""Read the credential report of an account: everybody's password, MFA and keys. It may be four hours old.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import DENIED_CODES, code_of
from iamgen.aws_client.polling import Pace
from iamgen.errors import refuse

_KEYS = ("access_key_1", "access_key_2")
_MOST_TRIES = 60


@dataclass(frozen=True)
class ReportedKey:
    """An access key as the report has it: without its id."""

    is_active: bool
    """Whether it works."""
    created: datetime
    """When it was made, or made active again."""
    last_used: datetime | None
    """When it was used last; None when AWS knows of no use."""


@dataclass(frozen=True)
class ReportedUser:
    """What the report says of a user."""

    has_password: bool
    """Whether the user has a password."""
    last_sign_in: datetime | None
    """When the password was used last; None when AWS knows of no use."""
    has_mfa: bool
    """Whether the user has an MFA device."""
    keys: tuple[ReportedKey, ...]
    """The access keys."""


@dataclass(frozen=True)
class CredentialReport:
    """A credential report."""

    generated: datetime
    """When AWS made it."""
    users: Mapping[str, ReportedUser]
    """What it says, by the user's ARN. Somebody who was created since is not in it."""


def credential_report(iam: Client, where: str, pace: Pace) -> CredentialReport | str:
    """Return the account's credential report, or the action that the credentials lack for it."""
    from botocore.exceptions import ClientError

    try:
        _generate(iam, where, pace)
        answer = iam.get_credential_report()
    except ClientError as exc:
        if code_of(exc) not in DENIED_CODES:
            raise
        return f"iam:{exc.operation_name}"
    rows = csv.DictReader(StringIO(answer["Content"].decode()))
    return CredentialReport(answer["GeneratedTime"], {row["arn"]: _reported(row) for row in rows})


def _generate(iam: Client, where: str, pace: Pace) -> None:
    """Have AWS make the report, and wait for it."""
    for tries, _ in enumerate(pace.beats()):
        if iam.generate_credential_report()["State"] == "COMPLETE":
            return
        if tries == _MOST_TRIES:
            raise refuse(where, "AWS does not finish the credential report", "try it again in some minutes")


def _reported(row: Mapping[str, str]) -> ReportedUser:
    return ReportedUser(
        row["password_enabled"] == "true",  # noqa: S105  # a column of the report
        _moment(row["password_last_used"]),
        row["mfa_active"] == "true",
        tuple(_keys(row)),
    )


def _keys(row: Mapping[str, str]) -> Iterator[ReportedKey]:
    for name in _KEYS:
        created = _moment(row[f"{name}_last_rotated"])
        if created:  # else there is no such key
            yield ReportedKey(row[f"{name}_active"] == "true", created, _moment(row[f"{name}_last_used_date"]))


def _moment(text: str) -> datetime | None:
    """Return a moment of the report, None for `N/A`, `no_information` and `not_supported`."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
