"""`iamgen refresh-managed-policies`: its options."""

from __future__ import annotations

from typing import Literal

import click

from iamgen.cli.session import Session


@click.command("refresh-managed-policies")
@click.option("--profile", metavar="NAME", help="The profile of ~/.aws/config to ask with.")
@click.option(
    "--partition",
    type=click.Choice(["aws", "aws-us-gov", "aws-cn"]),
    default="aws",
    show_default=True,
    help="The partition whose policies are fetched.",
)
@click.pass_obj
def refresh_managed_policies(
    session: Session, /, *, profile: str | None, partition: Literal["aws", "aws-us-gov", "aws-cn"]
) -> int:
    """Fetch the AWS managed policies of today.

    \b
    iamgen refresh-managed-policies --profile dev

    To answer questions about access, iamgen has to know what
    AdministratorAccess, ReadOnlyAccess and all other policies of AWS allow. It
    comes with their documents of a certain day; this command fetches those of
    today into your cache folder, and the newer ones are used. Any account of
    the partition will do. The credentials need iam:ListPolicies and
    iam:GetPolicyVersion.
    """
    from iamgen.commands.refresh_managed_policies import RefreshRequest, refresh_managed_policies

    return refresh_managed_policies(RefreshRequest(profile, partition), session.console)
