"""From click's parameters to the typed values that commands take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, Lint, Output, Permit, Reach

Parameters = Mapping[str, Any]
"""The values of a command's parameters, by name, as click read them."""


def reach(command: str, parameters: Parameters) -> Reach:
    """Return which accounts are meant. Raises UsageError unless they are either named or all."""
    if bool(parameters["accounts"]) == parameters["every"]:
        raise UsageError([Fault(command, "it takes either accounts or --all", f"such as: iamgen {command} dev")])
    return named_reach(parameters)


def named_reach(parameters: Parameters) -> Reach:
    """Return which accounts are meant, where the command line need not name any."""
    from iamgen.commands.requests import Reach

    return Reach(
        tuple(parameters.get("accounts", ())),
        bool(parameters.get("every")),
        parameters["profile"],
        parameters.get("role_arn_template"),
    )


def consent(parameters: Parameters) -> Consent:
    """Return whether something may be changed."""
    from iamgen.commands.requests import Consent

    return Consent(bool(parameters.get("yes")), bool(parameters.get("dry_run")))


def permit(parameters: Parameters) -> Permit:
    """Return which losses are allowed."""
    from iamgen.commands.requests import Permit

    return Permit(parameters["allow_replacement"], parameters["lock_me_out"])


def lint(parameters: Parameters) -> Lint:
    """Return how cfn-lint is used; a command that checks no template has no options for it."""
    from iamgen.commands.requests import Lint

    return Lint(parameters.get("on", True), parameters.get("cache", True))


def output(parameters: Parameters) -> Output:
    """Return how the result is reported."""
    from iamgen.commands.requests import Output

    return Output(parameters["as_json"], parameters["exit_code"])
