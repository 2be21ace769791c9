"""The state of a command about people while its steps are carried out in an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from iamgen.aws.partitions import DEFAULT
from iamgen.deploy.execution import Execution
from iamgen.people.key_delivery import KeyDelivery
from iamgen.people.password_delivery import PasswordDelivery
from iamgen.people.temporary_password import LONGEST


def utc_now() -> datetime:
    """Return the real time, by which sessions are ended: SOURCE_DATE_EPOCH does not replace it."""
    return datetime.now(UTC)


@dataclass
class UserExecution(Execution):
    """How steps are carried out in one account."""

    passwords: PasswordDelivery | None = None
    """Where temporary passwords go; None where no step gives one."""
    password_length: int = LONGEST
    """How long a temporary password is."""
    keys: KeyDelivery | None = None
    """Where a new access key goes; None where no step makes one."""
    clock: Callable[[], datetime] = utc_now
    """Says what time it is, when something is denied from then on."""
    partition: str = DEFAULT
    """The partition of AWS that the account is in."""
    is_denied_by_attachment: bool = False
    """Whether AWS's own policy denies the user everything, because there was no room for one more inline policy."""
