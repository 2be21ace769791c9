"""The state of a command about people while its steps are carried out in an account."""

from __future__ import annotations

from dataclasses import dataclass, field

from iamgen.deploy.execution import Execution
from iamgen.people.password_delivery import PasswordDelivery
from iamgen.people.temporary_password import LONGEST


@dataclass
class UserExecution(Execution):
    """How steps are carried out in one account."""

    passwords: PasswordDelivery | None = None
    """Where temporary passwords go; None where no step gives one."""
    password_length: int = LONGEST
    """How long a temporary password is."""
    revocations: dict[str, str] = field(default_factory=dict)
    """The moments up to which sessions were ended, by the name of the role."""
