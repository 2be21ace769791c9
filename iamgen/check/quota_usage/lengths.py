"""Measure how long a text or document will be at least, after CloudFormation has replaced its functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iamgen.aws import quotas
from iamgen.aws.iam_types import IAM_TYPES
from iamgen.aws.partitions import PARTITIONS, SUPPORTED
from iamgen.check.rule_context import Facts
from iamgen.iam.holes import HOLE, function, text
from iamgen.iam.measure import characters, compact
from iamgen.iam.template import NAMES, POLICY, Document, Resource, Template
from iamgen.iam.values import Value, branches

_MARKS = ('"Ref":', '"Fn::', "⟨")  # without any there is no function
_SHORTEST_REGION = len("us-east-1")
_SHORTEST_SUFFIX = min(len(partition.url_suffix) for partition in map(PARTITIONS.__getitem__, SUPPORTED))


@dataclass(frozen=True)
class Ruler:
    """Measures texts and documents of one template. The value of a function counts as far as it is known."""

    template: Template
    """The template."""
    facts: Facts
    """What is known besides, such as the id of the account."""

    def text(self, value: str) -> int:
        """Return the least length in characters of a text that may have holes."""
        return len(self._filled(value))

    def document(self, document: Document) -> int:
        """Return the least number of characters that IAM will count: white space outside of strings left out."""
        written = compact(document.body)
        if any(mark in written for mark in _MARKS):
            written = compact(self._written(document.body))
        return len(written)

    def _written(self, value: object) -> object:
        """Return a value in its shortest form; None if it may be left out."""
        if isinstance(value, str):
            return self._filled(value)
        if function(value) == "Fn::If":
            written = [self._written(entry) for entry, _ in branches(value, ())]
            return None if None in written else min(written, key=characters, default=None)
        if function(value):
            return None if text(value) == "⟨AWS::NoValue⟩" else self._filled(text(value))
        if isinstance(value, Mapping):
            entries = ((str(key), self._written(entry)) for key, entry in value.items())
            return {key: entry for key, entry in entries if entry is not None}
        if isinstance(value, list | tuple):
            return [entry for entry in map(self._written, value) if entry is not None]
        return value

    def _filled(self, value: str) -> str:
        return HOLE.sub(lambda hole: "x" * self._of_hole(hole[1]), value) if "⟨" in value else value

    def _of_hole(self, name: str) -> int:
        logical_id, _, attribute = name.partition(".")
        resource = self.template.referred(Value(f"⟨{logical_id}⟩", ()), *NAMES)
        if not resource:
            return self._of_pseudo(name)
        if attribute == "Arn" or (resource.type == POLICY and attribute in ("", "PolicyArn")):
            return self._of_arn(resource)
        return self._of_fixed(resource.name) if not attribute else 0

    def _of_arn(self, named: Resource) -> int:
        # a name may have holes itself: pseudo parameters count, references not, since they could go in circles
        path = text(named.properties.get("Path", "/"))
        frame = f"arn:{self.facts.partition}:iam::{'1' * quotas.ACCOUNT_ID}:{IAM_TYPES[named.type].kind}"
        return len(frame) + self._of_fixed(path) + self._of_fixed(named.name)

    def _of_fixed(self, value: str) -> int:
        return len(HOLE.sub(lambda hole: "x" * self._of_pseudo(hole[1]), value))

    def _of_pseudo(self, name: str) -> int:
        known = {
            "AWS::AccountId": quotas.ACCOUNT_ID,
            "AWS::Partition": len(self.facts.partition),
            "AWS::Region": _SHORTEST_REGION,
            "AWS::URLSuffix": _SHORTEST_SUFFIX,
        }
        return known.get(name, 0)
