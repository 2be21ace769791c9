"""Write the comparison of two policies as text for people, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap

from iamgen.access.context import ContextValue
from iamgen.access.evaluate import Request
from iamgen.access.known_actions import ActionSet
from iamgen.regions.action_words import ActionWords
from iamgen.regions.comparison import AccessComparison, ChangedActions
from iamgen.regions.statement_formulas import place_of

VERSION = 1
NOT_LOOKED_AT = (
    "service control policies and resource control policies of the organization",
    "permissions boundaries, and session policies",
    "policies that resources have themselves, and policies of VPC endpoints",
)
_WIDTH = 78


@dataclass(frozen=True)
class PolicyDifference:
    """Two policies, compared."""

    before: str
    """The name of the earlier policy."""
    after: str
    """The name of the later policy."""
    comparison: AccessComparison
    """What they allow differently."""
    words: ActionWords
    """How actions are said."""
    list_date: str
    """The day of which the list of AWS's actions is."""

    def text(self) -> str:
        """Return it for people."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        compared = self.comparison
        for head, changes in (("gained", compared.gains), ("lost", compared.losses)):
            for item in changes:
                yield from (*self._change(head, item), "")
        for doubt in compared.doubts:
            yield "not decided:"
            yield from self._actions(doubt.actions)
            yield from _listed(f"{fault.where}: {fault.problem}" for fault in doubt.reasons)
            yield ""
        yield from wrap(self._summary(), _WIDTH)
        yield from ("", "not looked at:", *_listed(NOT_LOOKED_AT))

    def _change(self, head: str, item: ChangedActions) -> Iterator[str]:
        request, witness = item.witness.request, item.witness
        yield f"{head}:"
        yield from self._actions(item.actions)
        yield "  such as this request:"
        yield f"    {self.words.name(request.action)} on {request.resource}"
        if not item.is_usual:
            yield "    (none of these actions is known to have such a resource)"
        yield from (f"    {line}" for line in _keys(request))
        denying, allowing = (self.before, self.after) if head == "gained" else (self.after, self.before)
        by = witness.before.by
        yield f"    denied by {place_of(by)}" if by else f"    denied: no statement of {denying} allows it"
        yield f"    allowed by {place_of(witness.after.by)}" if witness.after.by else f"    allowed by {allowing}"

    def _actions(self, actions: ActionSet) -> Iterator[str]:
        for line in self.words.lines(actions):
            yield from wrap(line, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)

    def _summary(self) -> str:
        compared = self.comparison
        number = counted(compared.classes, "class", "classes")
        proof = f"proven for {number} of requests, which every action of AWS is in, also those to come"
        if compared.is_proven_equal:
            return f"No change of access: {proof}."
        directions = {"gained": compared.gains, "lost": compared.losses}
        if compared.doubts:
            numbers = ", ".join(f"{len(items)} {head}" for head, items in directions.items())
            return f"Differences: {numbers}, {len(compared.doubts)} not decided."
        nothing = [head for head, items in directions.items() if not items]
        return f"Nothing is {nothing[0]}: {proof}." if nothing else "Some access is gained, and some is lost."

    def plain(self) -> dict[str, object]:
        """Return it as JSON values."""
        compared = self.comparison
        return {
            "version": VERSION,
            "before": self.before,
            "after": self.after,
            "actions_of": self.list_date,
            "classes": compared.classes,
            "proven_equal": compared.is_proven_equal,
            "gains": [self._plain(item) for item in compared.gains],
            "losses": [self._plain(item) for item in compared.losses],
            "not_decided": [
                {
                    "actions": self.words.patterns(doubt.actions),
                    "reasons": [fault.plain() for fault in doubt.reasons],
                }
                for doubt in compared.doubts
            ],
            "not_looked_at": list(NOT_LOOKED_AT),
        }

    def _plain(self, item: ChangedActions) -> dict[str, object]:
        request = item.witness.request
        return {
            "actions": self.words.patterns(item.actions),
            "request": {
                "action": self.words.name(request.action),
                "resource": request.resource,
                "context": {key: _plain_value(value) for key, value in request.context.items()},
            },
            "usual_resource": item.is_usual,
            "denied_by": place_of(item.witness.before.by) if item.witness.before.by else None,
            "allowed_by": place_of(item.witness.after.by) if item.witness.after.by else None,
        }


def _plain_value(value: ContextValue) -> object:
    return list(value) if isinstance(value, tuple) else value


def _keys(request: Request) -> Iterator[str]:
    for key, value in sorted(request.context.items()):
        texts = value if isinstance(value, tuple) else (str(value),)
        yield f"with {key} = {', '.join(texts) or '(absent)'}"
    if not request.context:
        yield "without any condition key"


def counted(number: int, single: str, several: str) -> str:
    """Return a number with its noun: `1 class`, `1,200 classes`."""
    return f"{number:,} {single if number == 1 else several}"


def _listed(items: Iterable[str]) -> list[str]:
    return [line for item in items for line in wrap(item, _WIDTH, initial_indent="  - ", subsequent_indent="    ")]
