"""Find the roles that a caller's own policies let them assume differently before and after a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from iamgen.access.context import Context
from iamgen.access.documents import Statement
from iamgen.access.principals import ASSUME
from iamgen.access.resource_lists import ResourceList, compared_resource
from iamgen.access.statement_index import indexes_of
from iamgen.access_diff.matched_principals import MatchedPrincipal
from iamgen.regions.difference import PolicySet
from iamgen.regions.statement_formulas import unnamed

_VARYING = frozenset("*?$")


@dataclass(frozen=True)
class ChangedEntries:
    """The entries of Resource elements that only one of two sets of policies has."""

    literal: frozenset[str]
    """Those that are an ARN."""
    patterns: ResourceList
    """Those with wildcards."""
    everything: bool
    """Whether the statements may be about any role: one lists its resources in another way, or with a variable."""

    def __bool__(self) -> bool:
        return bool(self.literal or self.patterns.patterns or self.everything)

    def roles(self, roles: Iterable[MatchedPrincipal]) -> Iterator[MatchedPrincipal]:
        """Yield the roles that one of the entries may be about."""
        for role in roles:
            arns = [known.entity.arn for known in (role.before, role.after) if known]
            if self.everything or any(self._is_about(arn) for arn in arns):
                yield role

    def _is_about(self, arn: str) -> bool:
        return arn in self.literal or not self.patterns.matches(compared_resource(arn), Context({})).no


def changed_entries(before: PolicySet, after: PolicySet) -> ChangedEntries:
    """Return the entries that only one of the sides has in its statements about assuming roles.

    Statements that differ in nothing but their entries say the same about a role that no such entry is about.
    """
    first, second = _by_rest(before), _by_rest(after)
    changed = {entry for rest in first.keys() | second.keys() for entry in first[rest] ^ second[rest]}
    without_boundary = (before.boundary is None) != (after.boundary is None)
    plain = {entry for entry in changed if not _VARYING & set(entry)}
    return ChangedEntries(
        frozenset(plain),
        ResourceList.of(sorted(changed - plain), variables=False),
        without_boundary or any("$" in entry for entry in changed),
    )


def _by_rest(policies: PolicySet) -> defaultdict[tuple[int, Statement], frozenset[str]]:
    """Group the entries of statements by everything else that their statements say; `*` represents entries of
    NotResource."""
    entries: defaultdict[tuple[int, Statement], frozenset[str]] = defaultdict(frozenset)
    for number, side in enumerate(policies.sides):
        for statement in _assuming(side):
            rest = replace(unnamed(statement), actions=(), not_actions=(), resources=())
            entries[number, rest] |= frozenset(statement.resources or ("*",))
    return entries


def _assuming(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    for index in indexes_of(statements):
        for candidates in index.candidates(ASSUME.lower(), principals=False).values():
            yield from (prepared.statement for prepared, _ in candidates)
