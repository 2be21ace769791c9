"""What a command is asked to do, as typed values that several commands share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """The accounts that a command works on, and whose credentials it uses there."""

    accounts: tuple[str, ...]
    """Names of accounts, or patterns of names."""
    every: bool
    """Whether it is every account that CONST.inc declares."""
    profile: str | None
    """The profile of ~/.aws/config for every account; None takes each account's own."""
    role_arn_template: str | None
    """The ARN of the role to assume in each account, with `{account_id}` in it; None assumes no role."""


@dataclass(frozen=True)
class Consent:
    """Whether a command may change something outside the working tree."""

    yes: bool
    """Whether its question is answered with yes beforehand."""
    dry_run: bool
    """Whether it shows what it would do, and stops there."""


@dataclass(frozen=True)
class Permit:
    """Losses that are refused unless somebody allows them."""

    allow_replacement: bool
    """Whether groups and roles may be replaced or deleted."""
    lock_me_out: bool
    """Whether the last way into an account may be taken away."""


@dataclass(frozen=True)
class Lint:
    """How cfn-lint is used."""

    on: bool
    """Whether cfn-lint checks the templates, besides iamgen's own rules."""
    cache: bool
    """Whether its results are read from the cache on disk, and written to it."""


@dataclass(frozen=True)
class Output:
    """How a command reports its result."""

    as_json: bool
    """Whether stdout gets JSON for a program, instead of text for a person."""
    exit_code: bool
    """Whether the exit code is 4 when changes are pending."""
