"""Parts of requests that commands share."""

from __future__ import annotations

from iamgen.commands.requests import Reach


def test_the_next_command_has_the_same_credentials_as_typed() -> None:
    assert Reach(("dev",)).credential_options == ""
    assert Reach(profile="of dev").credential_options == " --profile 'of dev'"
    template = "arn:aws:iam::{account_id}:role/any"
    assert Reach(every=True, role_arn_template=template).credential_options == f" --role-arn-template '{template}'"
