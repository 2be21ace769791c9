"""Find the names of a template's resources in IAM, and which resource a name, an ARN or a reference means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from iamgen.aws.iam_types import IAM_TYPES, OIDC_PROVIDER
from iamgen.iam.holes import HOLE, hole, is_known, text
from iamgen.iam.place import NOWHERE, Place
from iamgen.iam.resources import Resource
from iamgen.iam.values import Value

RANDOM = f"-{hole('random characters')}"
"""How CloudFormation ends the names that it makes itself."""
_PART = "((?:⟨[^⟩]*⟩|[^:⟨])*)"  # a part of an ARN; names of holes have colons
_AWS = "aws"  # whose policies are AWS's own
_ARN = re.compile(f"arn:{_PART}:iam::{_PART}:(.*)", re.DOTALL)


class Actual(dict[str, tuple[str, str]]):
    """The name and the ARN that resources have in AWS, by logical id, where the stack has been deployed."""


class ResourceName(NamedTuple):
    """The name and the ARN of a resource, with holes for what is not known; both empty for a type that has none."""

    type: str
    """The type of the resource."""
    name: str
    """Its name in IAM."""
    arn: str
    """Its ARN."""


@dataclass(frozen=True, eq=False)
class ResourceNames:
    """The names and ARNs of all resources of a template. Make them with `ResourceNames.of`."""

    by_id: Mapping[str, ResourceName] = field(default_factory=dict)
    """Name and ARN by logical id, references in them replaced."""
    references: Mapping[str, str] = field(default_factory=dict)
    """What `Ref` and `Fn::GetAtt` give, by `AdminR` and `AdminR.Arn`."""

    @classmethod
    def of(
        cls, resources: Iterable[Resource], place: Place = NOWHERE, actual: Actual | None = None, ending: str = RANDOM
    ) -> ResourceNames:
        """Return the names of resources of a stack at that place.

        `actual` has the names of a deployed stack. Without it, a resource without a name gets the one that
        CloudFormation would make of the stack's name and the logical id; `ending` stands for the random part of it.
        """
        known = actual or Actual()
        written = {
            resource.logical_id: ResourceName(
                resource.type, *(known.get(resource.logical_id) or _name_and_arn(resource, place, ending))
            )
            for resource in resources
        }
        references = dict(pair for logical_id, of in written.items() for pair in _references(logical_id, of))
        references = {key: _filled(value, references) for key, value in references.items()}
        filled = {
            logical_id: ResourceName(of.type, _filled(of.name, references), _filled(of.arn, references))
            for logical_id, of in written.items()
        }
        return cls(filled, references)

    def text(self, written: str) -> str:
        """Return a text with the names and ARNs of resources in place of references to them."""
        return _filled(written, self.references)

    def find(self, reference: Value | str, *types: str) -> str | None:
        """Return the logical id of the resource of one of these types that a reference, a name or an ARN means.

        IAM compares names without case, and a name is there once in an account, whatever its path. An ARN of another
        account is none of the template's resources; where the account is not known it is taken for the template's own.
        """
        written = reference.text if isinstance(reference, Value) else reference
        whole = HOLE.fullmatch(written)
        logical_id = whole[1].partition(".")[0] if whole else ""
        if logical_id in self.by_id:
            return logical_id if self.by_id[logical_id].type in types else None
        named = self.text(written)
        if named.startswith("arn:"):
            return next(filter(None, (self._of_arn(named, kind) for kind in types)), None)
        return next(filter(None, (self._by_name.get((kind, named.lower())) for kind in types)), None)

    def _of_arn(self, arn: str, kind: str) -> str | None:
        logical_id = self._by_arn_name.get((kind, _name_in_arn(arn, kind)))
        return logical_id if logical_id and _same_account(arn, self.by_id[logical_id].arn) else None

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], str]:
        return {
            (of.type, of.name.lower()): logical_id
            for logical_id, of in self.by_id.items()
            if of.name and of.type in IAM_TYPES and not IAM_TYPES[of.type].ref_is_arn
        }

    @cached_property
    def _by_arn_name(self) -> dict[tuple[str, str], str]:
        names = ((of.type, _name_in_arn(of.arn, of.type), logical_id) for logical_id, of in self.by_id.items())
        return {(kind, name): logical_id for kind, name, logical_id in names if name}


def _name_and_arn(resource: Resource, place: Place, ending: str) -> tuple[str, str]:
    """Return name and ARN as the properties of a resource give them, references in them not yet replaced."""
    if resource.type not in IAM_TYPES:
        return "", ""
    iam_type, name = IAM_TYPES[resource.type], _name(resource, place, ending)
    path = text(resource.properties.get("Path", "/")) if iam_type.has_path else "/"
    return name, place.arn(f"{iam_type.kind}{path}{name}")


def _name(resource: Resource, place: Place, ending: str) -> str:
    written = resource.values(IAM_TYPES[resource.type].name_property)
    if not written:
        return f"{place.stack}-{resource.logical_id}{ending}"
    if len(written) > 1 or not written[0].is_certain:
        return hole(f"name of {resource.logical_id}")
    return written[0].text.removeprefix("https://") if resource.type == OIDC_PROVIDER else written[0].text


def _references(logical_id: str, of: ResourceName) -> Iterator[tuple[str, str]]:
    """Yield what a template can write to refer to a resource, and what that gives."""
    if of.type in IAM_TYPES:
        iam_type = IAM_TYPES[of.type]
        yield logical_id, of.arn if iam_type.ref_is_arn else of.name
        yield f"{logical_id}.{iam_type.arn_attribute}", of.arn
    elif of.name:
        yield logical_id, of.name


def _filled(written: str, references: Mapping[str, str]) -> str:
    return written if is_known(written) else HOLE.sub(lambda match: references.get(match[1], match[0]), written)


def _name_in_arn(arn: str, kind: str) -> str:
    """Return the name at the end of an ARN, in lower case; empty for an ARN of another kind of resource."""
    match, iam_type = _ARN.fullmatch(arn), IAM_TYPES.get(kind)
    prefix = f"{iam_type.kind}/" if iam_type else ""
    if not match or not iam_type or not match[3].startswith(prefix):
        return ""
    rest = match[3].removeprefix(prefix).lower()
    return rest.rpartition("/")[2] if iam_type.has_path else rest


def _same_account(arn: str, own: str) -> bool:
    """Return whether an ARN is of the partition and account of a resource, or may be for all that is known."""
    parts, known = _ARN.fullmatch(arn), _ARN.fullmatch(own)
    if not parts or not known or parts[2] == _AWS:
        return False
    pairs = ((parts[1], known[1]), (parts[2], known[2]))
    return all(part == of_own or not is_known(part) or not is_known(of_own) for part, of_own in pairs)
