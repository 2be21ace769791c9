"""Make temporary passwords that satisfy an account's password policy, whatever it demands."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import DENIED_CODES, code_of

LONGEST = 128
"""The most characters of a password in IAM, and the most that a password policy can demand."""
_USUAL = 24
# Without letters and digits that look like another. The symbols are among those that IAM counts as such:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
_CLASSES = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!@#%^*()_+-=[]{}")


@dataclass(frozen=True)
class PasswordLength:
    """How long a password has to be: all else that a policy can demand, every temporary password has."""

    characters: int
    """The number of characters."""
    is_known: bool
    """Whether the account's policy said so; else it is the length that meets every policy."""


def password_length(iam: Client) -> PasswordLength:
    """Return how long a password has to be by the account's policy. Raises what boto3 raises, except a refusal."""
    from botocore.exceptions import ClientError

    try:
        policy = iam.get_account_password_policy()["PasswordPolicy"]
    except ClientError as exc:
        if code_of(exc) in DENIED_CODES:
            return PasswordLength(LONGEST, is_known=False)
        if code_of(exc) != "NoSuchEntity":  # there is no policy of the account's own: 8 characters do
            raise
        policy = {}
    return PasswordLength(max(_USUAL, policy.get("MinimumPasswordLength", 0)), is_known=True)


def temporary_password(length: int) -> str:
    """Return a random password of this length, with capitals, small letters, digits and symbols in it."""
    characters = [secrets.choice(letters) for letters in _CLASSES]
    characters += [secrets.choice("".join(_CLASSES)) for _ in range(length - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
