"""The types that fields of users.py share, each with the words in which a message asks for a value of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

Text = Annotated[str, "text in quotes"]
OptionalText = Annotated[str | None, "text in quotes"]
Flag = Annotated[bool, "True or False"]
# Not Sequence[str]: text is one, and "s3" would pass for a sequence of services.
Names = Annotated[tuple[str, ...] | list[str], "a tuple of names, such as ('a', 'b')"]
ACCOUNTS = "an account name or pattern, or several: ('dev', '*-dev')"
AccountNames = Annotated[str | Sequence[str], ACCOUNTS]
OptionalAccounts = Annotated[str | Sequence[str] | None, ACCOUNTS]
Tags = Annotated[Mapping[str, str], "tags as {'team': 'blue'}"]
_DATE = "a date in quotes, such as '2027-01-31'"
Until = Annotated[str | date, _DATE]
OptionalUntil = Annotated[str | date | None, _DATE]
Actions = Annotated[str | Sequence[str], "an action such as 's3:GetObject', or several in a tuple"]
Arns = Annotated[str | Sequence[str], "an ARN or pattern such as 'arn:aws:s3:::logs/*', or several in a tuple"]
Actors = Annotated[str | Sequence[str], "a name or pattern of people, machines or roles, or several: ('alice', 'OpsR')"]
Mfa = Annotated[bool | None, "True, False or None"]
