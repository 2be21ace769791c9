"""A statement's Resource or NotResource, prepared so that each entry is read once.

Sources: IAM User Guide, "IAM JSON policy elements: Resource", "IAM policy elements: Variables and tags" and
"Identify AWS resources with Amazon Resource Names (ARNs)".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from iamgen.access.answers import NO, Answer, any_of, unknown
from iamgen.access.context import Context
from iamgen.access.patterns import Pattern, pattern, plain_segments
from iamgen.errors import Fault


@dataclass(frozen=True)
class ResourcePattern:
    """One entry: `*`, or an ARN with wildcards, and with variables behind its fifth colon.

    In the first five segments of an ARN a `*` passes a colon only where it ends its segment (guide, page on
    Resource: there "it can expand to match beyond the colon boundaries"); in the resource part it stands for
    anything. An entry with a variable that has no value matches nothing, in NotResource too (guide, "Policy
    variables with no value").
    """

    text: str
    """The entry as it is written."""
    written: Pattern
    """It with every wildcard limited to where it may match."""
    plain: Pattern
    """The same, its first five segments in lower case."""

    def matches(self, resource: str, context: Context) -> Answer:
        """Return whether it matches the resource, an ARN or `*`.

        A variable before the fifth colon is not replaced, so that the entry matches nothing: "You can't use a
        variable to replace parts of the ARN before the fifth colon".
        """
        if self.written.has_early_variables():
            return NO
        answer = self.written.agrees(resource, context)
        if self.text == "arn" and answer.yes:
            return self._undocumented("is completed to an ARN")
        plain_resource = plain_segments(resource)
        if not answer.no or (self.plain is self.written and plain_resource == resource):
            return answer
        if self.plain.agrees(plain_resource, context).no:
            return NO
        return self._undocumented(f"matches {resource!r}, which differs in upper and lower case before the fifth colon")

    def _undocumented(self, message: str) -> Answer:
        return unknown([Fault(self.text, f"AWS does not document whether it {message}")])


@lru_cache(maxsize=1 << 14)
def resource_pattern(text: str, *, variables: bool) -> ResourcePattern:
    """Return the entry, prepared; without `variables` (Version 2008-10-17) `${...}` is ordinary text."""
    parsed = pattern(text, variables=variables)
    completed = parsed if text == "*" else parsed.completed()
    written = completed.within_arn(run_on=True)
    plain = written.with_plain_segments()
    return ResourcePattern(text, written, written if plain == written else plain)


def any_resource(entries: Iterable[str], resource: str, context: Context, *, variables: bool) -> Answer:
    """Return whether one of the entries matches the resource."""
    return any_of(resource_pattern(entry, variables=variables).matches(resource, context) for entry in entries)
