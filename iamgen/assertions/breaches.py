"""What speaks against an assertion: somebody who breaks it, with a request, or the fact that it is not decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from iamgen.access.context import ContextValue
from iamgen.access.evaluate import Verdict
from iamgen.assertions.policy_decisions import Evidence
from iamgen.errors import Fault
from iamgen.questions.can import Attempt
from iamgen.questions.decisions import ActionOutcome, SampleVerdict
from iamgen.questions.hops import Hop
from iamgen.questions.path_steps import Grants, PathStep, path, way_path
from iamgen.questions.reach import Way
from iamgen.regions.difference import NotDecided


@dataclass(frozen=True, eq=False)
class Breach:
    """A request that may be made and must not be, or that must be possible and is not."""

    way: Way
    """Who makes it, and as whom they act."""
    action: str
    """The action, as AWS writes it."""
    resource: str = ""
    """The resource; empty where no single request is known."""
    context: Mapping[str, ContextValue] | None = None
    """The condition keys of the request."""
    verdict: Verdict | None = None
    """What the evaluator says of it; None where no single request is known."""
    reasons: tuple[Fault, ...] = ()
    """Where it is not decided, why, each with its statement."""
    hop: Hop | None = None
    """Where it is about assuming a role of these accounts, that step; None for any other action."""

    @property
    def is_certain(self) -> bool:
        """Whether the request is known, and the way to it is open for certain."""
        return not self.reasons and self.way.is_certain

    def path(self, grants: Grants) -> tuple[PathStep, ...]:
        """Return the steps by which somebody comes to act, and to the statement that allows it; of a role that is
        assumed, to the statements of both sides."""
        if self.hop is not None and self.verdict is not None and self.verdict.outcome != "denied":
            return way_path(replace(self.way, hops=(*self.way.hops, self.hop)), grants)
        if self.verdict is None or self.verdict.outcome != "allowed":
            return way_path(self.way, grants)
        sample = SampleVerdict(self.resource, self.verdict)
        return path(Attempt(self.way, ActionOutcome(self.action, (sample,))), grants)


def breach_of(way: Way, action: str, evidence: Evidence, *, is_allowed: bool) -> Breach:
    """Return the breach that a request shows; `is_allowed` says that it is allowed and must not be."""
    if isinstance(evidence, NotDecided):
        return Breach(way, action, reasons=evidence.reasons)
    verdict = evidence.after if is_allowed else evidence.before
    return Breach(way, action, evidence.request.resource, evidence.request.context, verdict)


def breach_by_assuming(way: Way, action: str, hop: Hop) -> Breach:
    """Return the breach that somebody may assume a role, or may perhaps, or may not."""
    reasons = hop.verdict.reasons if hop.verdict.outcome == "unknown" else ()
    return Breach(way, action, hop.role.entity.arn, {}, hop.verdict, reasons, hop)
