"""Read a CloudFormation template: its resources, and every policy document in it, with what could not be read.

Nothing in a template makes reading it fail, whoever wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from iamgen.iam import serverless
from iamgen.iam.holes import function, text
from iamgen.iam.intrinsics import Unread, expand
from iamgen.iam.place import NOWHERE, Place
from iamgen.iam.resource_names import ResourceNames
from iamgen.iam.resources import GROUP, HOLDERS, INLINE, NAMES, POLICY, ROLE, USER, Resource
from iamgen.iam.statements import ReadStatement, statements
from iamgen.iam.syntax import Path
from iamgen.iam.values import Placed, Value, block_of, branches, items

__all__ = (
    "GROUP",
    "HOLDERS",
    "INLINE",
    "NAMES",
    "POLICY",
    "ROLE",
    "USER",
    "Document",
    "DocumentKind",
    "Resource",
    "Template",
)
DocumentKind = Literal["trust", "identity", "boundary", "inline"]


@dataclass(frozen=True)
class Document:
    """A policy document of a template."""

    kind: DocumentKind
    """What it is: a trust policy, a managed policy, one that only limits others, or an inline policy."""
    owner: str
    """The logical id of the resource that it is written in."""
    name: str
    """An inline policy's name; empty for others."""
    path: Path
    """Where it is in the template."""
    body: object
    """The document, functions in it replaced as far as they can be."""
    version: str = ""
    """Its Version; empty where there is none."""
    statements: tuple[ReadStatement, ...] = ()
    """Its statements."""


@dataclass(frozen=True, eq=False)
class Template:
    """A template that has been read."""

    body: Mapping[str, object]
    """The template as it was written: plain data, functions by their long names."""
    size: int
    """The length in bytes of the text that it was read from."""
    resources: tuple[Resource, ...]
    """Its resources, functions replaced as far as they can be, with the roles that SAM adds."""
    unread: tuple[Unread, ...] = ()
    """What could not be read. Empty means that everything was."""
    assumed: tuple[str, ...] = ()
    """What was assumed, as clauses: `the parameter Env is taken at its default, dev`."""
    origins: Mapping[Path, Path] = field(default_factory=dict)
    """Where resources were written that a loop or SAM made, by the path that they have here."""
    place: Place = NOWHERE
    """Where it is deployed, as far as that is known."""
    names: ResourceNames = field(default_factory=ResourceNames)
    """What its resources are called, as far as that is known before the deployment."""

    @classmethod
    def of(cls, body: Mapping[str, object], size: int, place: Place = NOWHERE) -> Template:
        """Return the template given as plain data; `place` says what is known of where it is deployed."""
        expanded = expand(body, place)
        resources = block_of(expanded.body.get("Resources"))
        added = tuple(serverless.roles(resources))
        every = tuple(_resources({**resources, **{logical_id: role for logical_id, role, _ in added}}))
        unread = (*expanded.unread, *_unread(resources), *serverless.unread(resources))
        origins = dict(expanded.origins)
        origins.update({("Resources", logical_id): origin for logical_id, _, origin in added})
        names = ResourceNames.of(every, place)
        return cls(body, size, every, unread, expanded.assumed, origins, place, names)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Every policy document in its resources. Reading them takes longer than all the rest."""
        return tuple(_documents(self))

    def written(self, path: Path) -> Path:
        """Return where something was written in the text, for a path of this reading."""
        starts = (path[:length] for length in range(len(path), 0, -1))
        start = next((start for start in starts if start in self.origins), None)
        return (*self.origins[start], *path[len(start) :]) if start else path

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """Return the resources of these types."""
        numbers = sorted(number for type_ in {*types} for number in self._by_type.get(type_, ()))
        return tuple(self.resources[number] for number in numbers)

    def referred(self, reference: Value, *types: str) -> Resource | None:
        """Return the resource of one of these types that a reference, a name or an ARN means."""
        return self._by_id.get(self.names.find(reference, *types) or "")

    @cached_property
    def _by_type(self) -> dict[str, list[int]]:
        """The numbers of the resources of each type: rules ask for types once for each resource."""
        numbers: dict[str, list[int]] = {}
        for number, resource in enumerate(self.resources):
            numbers.setdefault(resource.type, []).append(number)
        return numbers

    @cached_property
    def _by_id(self) -> dict[str, Resource]:
        return {resource.logical_id: resource for resource in self.resources}


def _resources(resources: Mapping[str, object]) -> Iterator[Resource]:
    for logical_id, block in resources.items():
        if isinstance(block, Mapping) and isinstance(block.get("Type"), str):
            yield Resource(str(logical_id), block["Type"], block_of(block.get("Properties")), "Condition" not in block)


def _unread(resources: Mapping[str, object]) -> Iterator[Unread]:
    """Yield each entry that is not a resource, and Properties that are not a block: CloudFormation refuses both."""
    for logical_id, block in resources.items():
        path = ("Resources", str(logical_id))
        is_looped = function(block) or str(logical_id).startswith("Fn::")  # another message reports it
        has_type = isinstance(block, Mapping) and isinstance(block.get("Type"), str)
        if not has_type and not is_looped:
            yield Unread(path, "this is no resource, for it has no Type")
        if has_type and not isinstance(block_of(block).get("Properties"), Mapping | None):
            yield Unread((*path, "Properties"), "the properties are no block")


def _documents(template: Template) -> Iterator[Document]:
    limits = _only_boundaries(template)
    for resource in template.resources:
        if resource.type == ROLE:
            yield from _read("trust", resource, resource.under("AssumeRolePolicyDocument"))
        if resource.type == POLICY:
            kind: DocumentKind = "boundary" if resource.logical_id in limits else "identity"
            yield from _read(kind, resource, resource.under("PolicyDocument"))
        if resource.type in HOLDERS:
            for block, path in items(*resource.under("Policies")):
                if isinstance(block, Mapping):
                    document = block.get("PolicyDocument"), (*path, "PolicyDocument")
                    yield from _read("inline", resource, document, text(block.get("PolicyName", "")))
        if resource.type in INLINE:
            yield from _read(
                "inline", resource, resource.under("PolicyDocument"), text(resource.properties.get("PolicyName", ""))
            )


def _only_boundaries(template: Template) -> set[str]:
    """Return the managed policies that limit somebody, and are attached to nobody: they grant nothing."""
    limits: set[str] = set()
    grants: set[str] = set()
    for resource in template.of_type(*HOLDERS):
        for name, logical_ids in (("PermissionsBoundary", limits), ("ManagedPolicyArns", grants)):
            policies = (template.referred(value, POLICY) for value in resource.values(name))
            logical_ids.update(policy.logical_id for policy in policies if policy)
    attached = {
        resource.logical_id for resource in template.of_type(POLICY) if any(map(resource.values, HOLDERS.values()))
    }
    return limits - grants - attached


def _read(kind: DocumentKind, owner: Resource, written: Placed, name: str = "") -> Iterator[Document]:
    for value, path in branches(*written):
        if value is None:
            continue
        hidden = from_text(value)
        body = value if hidden is None else hidden
        read = tuple(statements(body, path))
        if hidden is not None:
            read = tuple(statement.moved(path) for statement in read)
        version = text(body["Version"]) if isinstance(body, Mapping) and body.get("Version") is not None else ""
        yield Document(kind, owner.logical_id, name, path, body, version, read)


def from_text(value: object) -> object:
    """Return the document that is written as one text of JSON, as it has to be where a key needs a function."""
    written = value if isinstance(value, str) else text(value) if function(value) else ""
    if written.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            return json.loads(written)
    return None
