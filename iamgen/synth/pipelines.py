"""Make OIDC providers for the pipelines of an account: one for each issuer, shared by all of its pipelines."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject
from troposphere.iam import OIDCProvider

from iamgen.declaration.naming import logical_id
from iamgen.declaration.resolved import Account, Declaration


def provider_id(url: str) -> str:
    """Return the logical id of an issuer's provider."""
    return logical_id("OIDC", url.removeprefix("https://"))


def provider_resources(declaration: Declaration, account: Account) -> Iterator[AWSObject]:
    """Yield the providers of the account, each with every audience that is asked for there."""
    for url, names in sorted(declaration.audiences.get(account.name, {}).items()):
        yield OIDCProvider(provider_id(url), Url=url, ClientIdList=sorted(names))
