"""Parts of a request that several commands share: which accounts, whether to ask, what to permit, how to print."""

from __future__ import annotations

from shlex import quote
from typing import NamedTuple


class Reach(NamedTuple):
    """The accounts in which a command works, and how it gets credentials for them."""

    accounts: tuple[str, ...] = ()
    """The names of the accounts, as CONST.inc calls them."""
    every: bool = False
    """Whether to take every account of CONST.inc (`--all`)."""
    profile: str | None = None
    """The AWS CLI profile to start from; None takes the environment's credentials."""
    role_arn_template: str | None = None
    """The ARN of a role to assume in each account, with `{account_id}` where the account's ID belongs."""

    @property
    def credential_options(self) -> str:
        """The options for the same credentials, as they are typed behind the next command; empty without any."""
        options = {"--profile": self.profile, "--role-arn-template": self.role_arn_template}
        return "".join(f" {option} {quote(value)}" for option, value in options.items() if value)


class Consent(NamedTuple):
    """Whether the person has answered the question beforehand."""

    yes: bool = False
    """Whether the answer to every question is yes (`--yes`)."""
    dry_run: bool = False
    """Whether to show what would happen and to change nothing (`--dry-run`)."""


class Permit(NamedTuple):
    """Dangerous changes that a deployment may make because the person has allowed them by name."""

    allow_replacement: bool = False
    """Whether a resource may be replaced by a new one, which removes the old one."""
    lock_me_out: bool = False
    """Whether the deploying principal may lose the access it deploys with."""


class Lint(NamedTuple):
    """Whether and how cfn-lint checks the templates."""

    on: bool = True
    """Whether cfn-lint runs at all (`--no-lint` turns it off)."""
    cache: bool = True
    """Whether its earlier results are reused (`--no-cache` asks anew)."""


class Output(NamedTuple):
    """How a command reports its result to another program."""

    as_json: bool = False
    """Whether stdout is JSON (`--json`)."""
    exit_code: bool = False
    """Whether the exit code is 4 when something differs or remains to be done (`--exit-code`)."""
    brief: bool = False
    """Whether a plan names the resources alone, and not what changes in each (`--brief`)."""


class DeployOptions(NamedTuple):
    """How a deployment works in each account."""

    repair: bool = False
    """Whether drift is removed as well (`--repair`)."""
    wait: bool = False
    """Whether to wait for an operation that is in progress in a stack, instead of refusing (`--wait`)."""
    bucket: str | None = None
    """The S3 bucket for a template that is too large for a request (`--bucket`)."""
    service_role: str | None = None
    """The ARN of the role as which CloudFormation acts, with `{account_id}` for the account's (`--service-role`)."""


class StackSetOptions(NamedTuple):
    """How a stack set reaches its accounts, and how fast."""

    units: tuple[str, ...] = ()
    """The organisational units that the accounts are in; none for a self-managed stack set."""
    delegated: bool = False
    """Whether iamgen acts as the organisation's delegated administrator."""
    administration_role: str | None = None
    """The ARN of the role that AWS assumes, for a self-managed stack set."""
    execution_role: str | None = None
    """The name of the role in each account, for a self-managed stack set."""
    failures: int = 0
    """How many accounts may fail before AWS stops."""
    at_once: int = 1
    """How many accounts are worked on at once."""
