"""Read a CloudFormation template: its resources, and every policy document in it, with what could not be read.

Nothing in a template makes reading it fail, whoever wrote it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from iamgen.aws import iam_types
from iamgen.iam import serverless
from iamgen.iam.holes import HOLE, function, text
from iamgen.iam.intrinsics import NOWHERE, Environment, Unread, expand
from iamgen.iam.statements import ReadPrincipal, ReadStatement, statements
from iamgen.iam.syntax import Path
from iamgen.iam.values import Placed, Value, block_of, branches, items, values

DocumentKind = Literal["trust", "identity", "boundary", "inline"]
ROLE, USER, GROUP, POLICY, INLINE = iam_types.ROLE, iam_types.USER, iam_types.GROUP, iam_types.POLICY, iam_types.INLINE
NAMES = {kind: iam_types.IAM_TYPES[kind].name_property for kind in (ROLE, USER, GROUP, POLICY)}
"""Which property holds the name of a resource of that type."""
HOLDERS = {ROLE: "Roles", USER: "Users", GROUP: "Groups"}
"""What policies can be attached to, and the property of a policy that lists those it is attached to."""

_ACCOUNT = re.compile(r"arn:[^:]*:iam::([^:]*):")


@dataclass(frozen=True)
class Document:
    """A policy document. `owner` is the resource that it is written in, `name` an inline policy's name, or empty."""

    kind: DocumentKind
    owner: str
    name: str
    path: Path
    body: object
    version: str = ""
    """Empty where there is none."""
    statements: tuple[ReadStatement, ...] = ()


@dataclass(frozen=True)
class Resource:
    """A resource; `is_certain` says that no condition decides whether it will exist."""

    logical_id: str
    type: str
    properties: Mapping[str, object]
    is_certain: bool = True

    @property
    def path(self) -> Path:
        """Where it is in the template."""
        return ("Resources", self.logical_id)

    def under(self, name: str) -> Placed:
        """Return a property, or None where it is absent, and its path."""
        return self.properties.get(name), (*self.path, "Properties", name)

    def values(self, name: str) -> tuple[Value, ...]:
        """Return a property's texts, whether it is a list or one of them."""
        return values(*self.under(name))

    @property
    def name(self) -> str:
        """Its name as far as the template gives it, or empty."""
        return next((value.text for value in self.values(NAMES.get(self.type, ""))), "")


@dataclass(frozen=True, eq=False)
class Template:
    """A template that has been read."""

    body: Mapping[str, object]
    """The template as it was written: plain data, functions by their long names."""
    size: int
    """The length in bytes of the text that it was read from."""
    resources: tuple[Resource, ...]
    """Its resources, functions replaced as far as they can be, with the roles that SAM adds."""
    documents: tuple[Document, ...] = ()
    """Every policy document in its resources."""
    unread: tuple[Unread, ...] = ()
    """What could not be read. Empty means that everything was."""
    assumed: tuple[str, ...] = ()
    """What was assumed, as clauses: `the parameter Env is taken at its default, dev`."""
    origins: Mapping[Path, Path] = field(default_factory=dict)
    """Where resources were written that a loop or SAM made, by the path that they have here."""
    environment: Environment = NOWHERE
    """What is known of where it is deployed."""

    @classmethod
    def of(cls, body: Mapping[str, object], size: int, environment: Environment = NOWHERE) -> Template:
        """Return the template given as plain data; `environment` says what is known of where it is deployed."""
        expanded = expand(body, environment)
        resources = block_of(expanded.body.get("Resources"))
        added = tuple(serverless.roles(resources))
        every = {**resources, **{logical_id: role for logical_id, role, _ in added}}
        unread = (*expanded.unread, *serverless.unread(resources))
        origins = dict(expanded.origins)
        origins.update({("Resources", logical_id): origin for logical_id, _, origin in added})
        bare = cls(body, size, tuple(_resources(every)), (), unread, expanded.assumed, origins, environment)
        return replace(bare, documents=tuple(_documents(bare)))

    def written(self, path: Path) -> Path:
        """Return where something was written in the text, for a path of this reading."""
        starts = (path[:length] for length in range(len(path), 0, -1))
        start = next((start for start in starts if start in self.origins), None)
        return (*self.origins[start], *path[len(start) :]) if start else path

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """Return the resources of these types."""
        return tuple(resource for resource in self.resources if resource.type in types)

    def referred(self, value: Value, *types: str) -> Resource | None:
        """Return the resource of one of these types that a value refers to, or is the name or ARN of.

        An ARN is taken for one of the template's own account, unless it is one of AWS's policies, or the account of
        the template is known and another.
        """
        if HOLE.fullmatch(value.text):
            return self._of_hole(value.text, types)
        account = _ACCOUNT.match(value.shape)
        if account and account[1] == "aws":
            return None
        if account and account[1] not in ("⟨⟩", self.environment.account_id or account[1]):
            return None
        name = value.text.rpartition("/")[2].lower()
        if account and HOLE.fullmatch(name):  # an ARN that ends with a reference to what it is the ARN of
            return self._of_hole(value.text.rpartition("/")[2], types)
        return next((self._by_name[kind, name] for kind in types if (kind, name) in self._by_name), None)

    def _of_hole(self, written: str, types: tuple[str, ...]) -> Resource | None:
        resource = self._by_id.get(written.strip("⟨⟩").partition(".")[0])
        return resource if resource and resource.type in types else None

    @cached_property
    def _by_id(self) -> dict[str, Resource]:
        return {resource.logical_id: resource for resource in self.resources}

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Resource]:
        return {(resource.type, resource.name.lower()): resource for resource in self.resources if resource.name}


def _resources(resources: Mapping[str, object]) -> Iterator[Resource]:
    for logical_id, block in resources.items():
        if isinstance(block, Mapping) and isinstance(block.get("Type"), str):
            yield Resource(str(logical_id), block["Type"], block_of(block.get("Properties")), "Condition" not in block)


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
        hidden = _from_text(value)
        body = value if hidden is None else hidden
        generator_type = statements(body, path)
        if hidden is not None:
            generator_type = (_moved(statement, path) for statement in generator_type)
        version = text(body["Version"]) if isinstance(body, Mapping) and body.get("Version") is not None else ""
        yield Document(kind, owner.logical_id, name, path, body, version, tuple(generator_type))


def _from_text(value: object) -> object:
    """Return the document that is written as one text of JSON, as it has to be where a key needs a function."""
    written = value if isinstance(value, str) else text(value) if function(value) else ""
    if written.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            return json.loads(written)
    return None


def _moved(statement: ReadStatement, path: Path) -> ReadStatement:
    """Return the statement with every path leading to `path`: none leads into a text."""

    def moved(result: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(value._replace(path=path) for value in result)

    def all_moved(result: tuple[ReadPrincipal, ...]) -> tuple[ReadPrincipal, ...]:
        return tuple(ReadPrincipal(principal.kind, principal.value._replace(path=path)) for principal in result)

    return ReadStatement(
        path,
        statement.allows,
        moved(statement.actions),
        moved(statement.not_actions),
        moved(statement.resources),
        moved(statement.not_resources),
        all_moved(statement.principals),
        all_moved(statement.not_principals),
        tuple(replace(condition, values=moved(condition.values), path=path) for condition in statement.conditions),
    )
