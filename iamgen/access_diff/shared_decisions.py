"""Decide each pair of equal statements only once, however many accounts and people have it.

What an action is allowed depends on nothing but the statements that are about it. Where those mean the same as those
of an earlier decision, its request is tried out on the new ones: it is a difference there as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from iamgen.access.beyond_policies import NOT_UP_TO_POLICIES
from iamgen.access.documents import Effect
from iamgen.access.errors import AccessError
from iamgen.access.matching import PreparedStatement
from iamgen.access.patterns import Pattern
from iamgen.access.statement_index import indexes_of
from iamgen.regions.difference import NotDecided, PolicySet, Witness, difference
from iamgen.regions.statement_formulas import Viewpoint, unnamed

_EFFECTS: tuple[Effect, ...] = ("Allow", "Deny")
_Result = Witness | NotDecided | None


@dataclass(frozen=True, eq=False)
class SharedDecisions:
    """Decides as `difference` does, and remembers its decisions."""

    _results: dict[object, _Result] = field(default_factory=dict)
    _numbers: dict[object, int] = field(default_factory=dict)
    _of_statement: dict[PreparedStatement, int] = field(default_factory=dict)

    def __call__(
        self, before: PolicySet, after: PolicySet, action: str, viewpoint: Viewpoint, forms: frozenset[Pattern]
    ) -> _Result:
        """Return what `difference` returns of the same arguments."""
        key = self._key((before, after), action, viewpoint, forms)
        if key not in self._results:
            self._results[key] = difference(before, after, action, viewpoint, forms)
            return self._results[key]
        known = self._results[key]
        tried = _tried(known, before, after, action) if isinstance(known, Witness) else None
        if known is None or tried:
            return tried
        return difference(before, after, action, viewpoint, forms)  # with the names of these statements

    def _key(
        self, sides: tuple[PolicySet, PolicySet], action: str, viewpoint: Viewpoint, forms: frozenset[Pattern]
    ) -> object:
        """Return what the decision depends on: statements without their names, and what is fixed of what they ask."""
        by_name = bool(viewpoint.principals)
        candidates = [
            [
                (prepared, about)
                for index in indexes_of(side)
                for effect in _EFFECTS
                for prepared, about in index.candidates(action, principals=by_name)[effect]
            ]
            for policies in sides
            for side in policies.sides
        ]
        asked = {key for side in candidates for prepared, _ in side for key in prepared.statement.context_keys}
        fixed = viewpoint.caller.fixed
        return (
            tuple(frozenset((self._number(prepared), about.yes) for prepared, about in side) for side in candidates),
            tuple(len(policies.sides) for policies in sides),
            frozenset((name, value) for name, value in fixed.items() if name in asked),
            viewpoint.principals,
            forms,
            action if action in NOT_UP_TO_POLICIES or action.startswith("sts:assumerole") else "",
        )

    def _number(self, prepared: PreparedStatement) -> int:
        """Return a number that statements have in common that mean the same about the actions they are about."""
        if prepared not in self._of_statement:
            bare = replace(unnamed(prepared.statement), actions=(), not_actions=())
            self._of_statement[prepared] = self._numbers.setdefault(bare, len(self._numbers))
        return self._of_statement[prepared]


def _tried(known: Witness, before: PolicySet, after: PolicySet, action: str) -> Witness | None:
    """Return an earlier request, decided anew; None where it is no difference here."""
    try:
        request = replace(known.request, action=action)
        witness = Witness(request, before.verdict(request), after.verdict(request))
    except AccessError:
        return None
    return witness if witness.is_difference else None
