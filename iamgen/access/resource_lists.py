"""Prepare a statement's Resource or NotResource element, so that each of its entries is read only once.

Sources: IAM User Guide, "IAM JSON policy elements: Resource", "IAM policy elements: Variables and tags" and
"Identify AWS resources with Amazon Resource Names (ARNs)".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from iamgen.access.answers import NO, YES, Answer, any_of, unknown
from iamgen.access.context import Context
from iamgen.access.patterns import ARN_COLONS, Pattern, pattern, plain_segments
from iamgen.errors import Fault


@dataclass(frozen=True)
class ComparedResource:
    """The resource of a request, in the two spellings in which the entries of policies are compared with it."""

    text: str
    """The ARN as the request has it, or `*` for an action that has no resource."""
    plain: str
    """The same with the first five segments of the ARN in lower case."""


@lru_cache(maxsize=1 << 12)
def compared_resource(text: str) -> ComparedResource:
    """Return the resource of a request, prepared."""
    return ComparedResource(text, plain_segments(text))


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

    def matches(self, resource: ComparedResource, context: Context) -> Answer:
        """Return whether it matches the resource, an ARN or `*`.

        A variable before the fifth colon is not replaced, so that the entry matches nothing: "You can't use a
        variable to replace parts of the ARN before the fifth colon".
        """
        if self.written.has_early_variables():
            return NO
        answer = self.written.agrees(resource.text, context)
        if self.text == "arn" and answer.yes:
            return self._undocumented("is completed to an ARN")
        if not answer.no or (self.plain is self.written and resource.plain == resource.text):
            return answer
        if self.plain.agrees(resource.plain, context).no:
            return NO
        return self._undocumented(
            f"matches {resource.text!r}, which differs in upper and lower case before the fifth colon"
        )

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


def _first_segments(text: str) -> str:
    """Return what stands before the fifth colon of an ARN, with that colon; nothing for a text with fewer."""
    segments = text.split(":", ARN_COLONS)
    return ":".join((*segments[:ARN_COLONS], "")) if len(segments) > ARN_COLONS else ""


@dataclass(frozen=True)
class ResourceList:
    """The entries of a Resource or NotResource element."""

    patterns: tuple[ResourcePattern, ...]
    """The entries, prepared."""
    everything: bool
    """Whether `*` is one of them."""

    @classmethod
    def of(cls, entries: Iterable[str], *, variables: bool) -> ResourceList:
        """Return the list of these entries; `variables` says whether `${...}` is a policy variable in them."""
        patterns = tuple(resource_pattern(entry, variables=variables) for entry in entries)
        return cls(patterns, any(item.text == "*" for item in patterns))

    def matches(self, resource: ComparedResource, context: Context) -> Answer:
        """Return whether one of the entries matches the resource. Every other entry begins with `arn`."""
        if self.everything:
            return YES
        if resource.text == "*":
            return NO
        spelt_alike = self._by_spelling.get(resource.plain, ())
        nearby = self._by_spelling.get(_first_segments(resource.plain) or resource.plain, ())
        elsewhere = self._by_spelling.get("", ())
        return any_of(item.matches(resource, context) for item in (*spelt_alike, *nearby, *elsewhere))

    @cached_property
    def _by_spelling(self) -> Mapping[str, list[ResourcePattern]]:
        """The entries by what a resource must have in common with them, the first five segments in lower case.

        That is all of it for an entry without wildcards and variables, the first five segments where only they have
        none, and nothing for others, which have an empty text here. A policy may have thousands of entries.
        """
        entries: dict[str, list[ResourcePattern]] = {}
        for item in self.patterns:
            beginning, is_whole = item.plain.literal_beginning()
            common = beginning if is_whole else _first_segments(beginning)
            entries.setdefault(common, []).append(item)
        return entries
