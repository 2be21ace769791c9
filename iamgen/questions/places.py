"""Find where policies, statements, people and roles are written: a line of users.py, a template or another file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from iamgen.access.documents import Statement
from iamgen.access.entities import Entity
from iamgen.iam.holes import shown
from iamgen.iam.named_resources import NamedResources
from iamgen.iam.syntax import Path, Position
from iamgen.iam.template import Document, Template

_ELSEWHERE = "AWS managed policy"
_UNKNOWN = "not written in what was read"


class SourcedPlace(NamedTuple):
    """Where something is written."""

    file: str
    """The file, or another name of where it is from, such as `AWS managed policy`."""
    line: int = 0
    """The line, counted from 1; 0 where there is none to name."""
    declared: str = ""
    """For what iamgen generates, the file and line that declares it; empty where nothing does."""

    def __str__(self) -> str:
        written = f"{self.file}:{self.line}" if self.line else self.file
        return f"{self.declared}, {written}" if self.declared else written

    def plain(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {"file": self.file, "line": self.line or None, "declared": self.declared or None}


NOT_READ = SourcedPlace(_UNKNOWN)
"""The place of what something that was read names, and that is not there itself."""


@dataclass(frozen=True, eq=False)
class AccountPlaces:
    """The places of one account's resources and statements. They are looked up only when an answer shows them."""

    file: str
    """The file, as answers name it."""
    read: Callable[[], Template]
    """Reads the template, which has the documents with their paths."""
    position: Callable[[Path], Position | None]
    """Returns where in the file a path of the template is."""
    declared: Mapping[str, str] = field(default_factory=dict)
    """`file:line` of what declares a resource, by its logical id."""

    def of_entity(self, entity: Entity) -> SourcedPlace:
        """Return where a user, group or role is written; where no template has it, what declares it."""
        return self.of_resource(entity.logical_id)

    def of_resource(self, logical_id: str) -> SourcedPlace:
        """Return where a resource of any type is written; where no template has it, what declares it."""
        declared = self.declared.get(logical_id, "")
        if logical_id not in self._logical_ids:
            return SourcedPlace(declared or _UNKNOWN)
        return self._at(("Resources", logical_id), declared)

    def has_policy(self, holder: Entity, policy: str) -> bool:
        """Return whether a policy of a user, group or role is written in one of the files that were read."""
        return self._document(holder, policy) is not None

    def of_policy(self, holder: Entity, policy: str) -> SourcedPlace:
        """Return where a policy is written that a user, group or role has."""
        document = self._document(holder, policy)
        return self._of_document(document, ()) if document else SourcedPlace(_ELSEWHERE)

    def of_statement(self, holder: Entity, policy: str, statement: Statement) -> SourcedPlace:
        """Return where a statement of such a policy is written."""
        document = self._document(holder, policy)
        return self._of_document(document, _statement(statement)) if document else SourcedPlace(_ELSEWHERE)

    def of_trust(self, role: Entity, statement: Statement) -> SourcedPlace:
        """Return where a statement of a role's trust policy is written."""
        document = next((item for item in self._trusts if item.owner == role.logical_id), None)
        return self._of_document(document, _statement(statement)) if document else SourcedPlace(_UNKNOWN)

    def _of_document(self, document: Document, below: Path) -> SourcedPlace:
        return self._at((*document.path, *below), self.declared.get(document.owner, ""))

    def _at(self, path: Path, declared: str) -> SourcedPlace:
        position = self.position(self._template.written(path))
        return SourcedPlace(self.file, position.line if position else 0, declared)

    def _document(self, holder: Entity, policy: str) -> Document | None:
        own = self._documents.get((holder.logical_id, policy))
        return own or self._documents.get(("", policy))

    @cached_property
    def _template(self) -> Template:
        return self.read()

    @cached_property
    def _logical_ids(self) -> frozenset[str]:
        return frozenset(resource.logical_id for resource in self._template.resources)

    @cached_property
    def _trusts(self) -> tuple[Document, ...]:
        return tuple(document for document in self._template.documents if document.kind == "trust")

    @cached_property
    def _documents(self) -> Mapping[tuple[str, str], Document]:
        """The documents by the holder's logical id and the policy's name, and by an empty text and the name."""
        names = {item.logical_id: shown(item.name) for item in NamedResources.of(self._template).resources}
        documents: dict[tuple[str, str], Document] = {}
        for document in self._template.documents:
            if document.kind != "trust":
                name = document.name or names.get(document.owner, "")
                documents.setdefault((document.owner, name), document)
                documents.setdefault(("", name), document)
        return documents


def _statement(statement: Statement) -> Path:
    return ("Statement", statement.number - 1) if statement.number else ()
