"""The rule about an identity provider whose address does not begin with https."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ExampleBlock, template
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for provider in template.of_type("AWS::IAM::OIDCProvider"):
        for url in provider.values("Url"):
            if url.text and not url.text.startswith(("https://", "⟨")):
                problem = f"{provider.logical_id} has the address {url.text}, which IAM refuses"
                yield Problem(url.path, f"{problem}: begin it with https://")


def _provider(url: object) -> ExampleBlock:
    return {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": url, "ClientIdList": ["sts.amazonaws.com"]}}


RULE = Rule(
    id="E161",
    name="identity-provider-without-https",
    level="error",
    summary="An identity provider's address does not begin with https",
    why=(
        "From that address, IAM fetches the keys with which it verifies a provider's tokens. With plain http, "
        "anybody on the network path could replace the keys by their own. Therefore IAM refuses the provider, and "
        "the stack's update fails."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html",
    check=_check,
    good=(
        template(GitHub=_provider("https://token.actions.githubusercontent.com")),
        template(Issuer=_provider({"Ref": "Address"})),
    ),
    bad=(
        template(GitHub=_provider("http://token.actions.githubusercontent.com")),
        template(GitHub=_provider("token.actions.githubusercontent.com")),
    ),
)
