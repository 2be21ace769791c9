"""References within a template, replaced by the names and ARNs that CloudFormation will put there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamgen.aws.partitions import DEFAULT, url_suffix

Template = Mapping[str, Any]

_NAMED = {
    "AWS::IAM::Group": ("group", "GroupName"),
    "AWS::IAM::ManagedPolicy": ("policy", "ManagedPolicyName"),
    "AWS::IAM::Role": ("role", "RoleName"),
    "AWS::IAM::User": ("user", "UserName"),
}
_PLACEHOLDER = re.compile(r"\$\{(?P<literal>!)?(?P<name>[^}]+)\}")


@dataclass(frozen=True)
class Place:
    """Where a stack is."""

    account: str
    """The twelve digits of the account."""
    partition: str = DEFAULT
    """The partition of the account, `aws` or another."""
    region: str = "us-east-1"
    """The region of the stack."""
    stack: str = "infra"
    """The name of the stack."""

    def arn(self, resource: str) -> str:
        """Return the ARN of something in the account's IAM, such as `role/infra-OpsR-222222222222`."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"


@dataclass(frozen=True)
class Resource:
    """One resource of a template, its references replaced as far as they are known."""

    logical_id: str
    """Its name within the template."""
    type: str
    """Its type, such as `AWS::IAM::Role`."""
    name: str
    """Its name in IAM; where the template leaves that to CloudFormation, one of the form that it would make."""
    arn: str
    """Its ARN, empty for a type that has none."""
    properties: Mapping[str, Any]
    """Its properties. A function that is not understood stays as it is written."""


def resources(template: Template, place: Place) -> tuple[Resource, ...]:
    """Return the resources of a template, in its order. Nothing is refused: what is not understood stays as it is."""
    written = template.get("Resources") or {}
    pseudo = _Values(_pseudo_parameters(place), {})
    named = [_named(logical_id, body, place, pseudo) for logical_id, body in written.items()]
    values = _Values({**pseudo.refs, **{one.logical_id: _ref(one) for one in named}}, _attributes(named))
    return tuple(
        Resource(one.logical_id, one.type, one.name, one.arn, values.replaced(one.properties)) for one in named
    )


def _named(logical_id: str, body: Template, place: Place, pseudo: _Values) -> Resource:
    kind, properties = str(body.get("Type")), body.get("Properties") or {}
    if kind == "AWS::IAM::OIDCProvider":
        url = str(properties.get("Url", "")).removeprefix("https://")
        return Resource(logical_id, kind, url, place.arn(f"oidc-provider/{url}"), properties)
    if kind not in _NAMED:
        return Resource(logical_id, kind, "", "", properties)
    sort, element = _NAMED[kind]
    written = pseudo.replaced(properties.get(element))
    name = written if isinstance(written, str) else f"{place.stack}-{logical_id}"
    path = properties.get("Path", "/")
    return Resource(logical_id, kind, name, place.arn(f"{sort}{path}{name}"), properties)


def _pseudo_parameters(place: Place) -> dict[str, str]:
    return {
        "AWS::AccountId": place.account,
        "AWS::Partition": place.partition,
        "AWS::Region": place.region,
        "AWS::StackName": place.stack,
        "AWS::URLSuffix": url_suffix(place.partition) or "",
    }


def _ref(resource: Resource) -> str:
    by_arn = ("AWS::IAM::ManagedPolicy", "AWS::IAM::OIDCProvider")
    return resource.arn if resource.type in by_arn else resource.name


def _attributes(named: list[Resource]) -> dict[tuple[str, str], str]:
    return {(one.logical_id, attribute): one.arn for one in named if one.arn for attribute in ("Arn", "PolicyArn")}


@dataclass(frozen=True)
class _Values:
    """What `Ref` and `Fn::GetAtt` come out as, by logical id and by logical id and attribute."""

    refs: Mapping[str, str]
    attributes: Mapping[tuple[str, str], str]

    def replaced(self, value: Any) -> Any:  # noqa: ANN401  # JSON of any shape
        """Return the value with every known reference replaced."""
        if isinstance(value, list):
            return [self.replaced(part) for part in value]
        if not isinstance(value, Mapping):
            return value
        known = self._function(value)
        return {key: self.replaced(part) for key, part in value.items()} if known is None else known

    def _function(self, value: Mapping[str, Any]) -> str | None:
        """Return what a function comes out as, None where it is none, or is not understood."""
        match value:
            case {"Ref": str(name), **rest} if not rest:
                return self.refs.get(name)
            case {"Fn::GetAtt": [str(name), str(attribute)], **rest} if not rest:
                return self.attributes.get((name, attribute))
            case {"Fn::GetAtt": str(dotted), **rest} if not rest:
                name, _, attribute = dotted.partition(".")
                return self.attributes.get((name, attribute))
            case {"Fn::Sub": str(text), **rest} if not rest:
                return self._substituted(text)
            case {"Fn::Join": [str(separator), [*parts]], **rest} if not rest:
                joined = [self.replaced(part) for part in parts]
                return separator.join(joined) if all(isinstance(part, str) for part in joined) else None
        return None

    def _substituted(self, text: str) -> str | None:
        """Return the text with each `${Name}` and `${Name.Attribute}` replaced, None when one is not known."""
        known: dict[str, str] = {**self.refs, **{f"{name}.{key}": arn for (name, key), arn in self.attributes.items()}}
        names = [found["name"] for found in _PLACEHOLDER.finditer(text) if not found["literal"]]
        if not all(name in known for name in names):
            return None
        return _PLACEHOLDER.sub(
            lambda found: f"${{{found['name']}}}" if found["literal"] else known[found["name"]], text
        )
