"""The policies that can be attached, managed and inline, in the form that the evaluator reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from iamgen.access.documents import Statement, parse
from iamgen.access.entities import AttachedPolicy
from iamgen.access.errors import AccessError, located, undecided
from iamgen.access.partial_reading import parse_partly, unread_policy
from iamgen.aws.iam_types import INLINE, POLICY
from iamgen.aws.managed_policies import COMMAND, ManagedPolicyDocuments
from iamgen.errors import Fault
from iamgen.iam.holes import shown
from iamgen.iam.named_resources import NamedResource, NamedResources
from iamgen.iam.values import Value

if TYPE_CHECKING:
    from iamgen.aws.managed_policy_archive import PolicyListOrigin

Documents = Mapping[str, Mapping[str, object]]
"""Documents of AWS managed policies by path and name without the first `/`, or by name alone."""
NO_DOCUMENTS: Documents = MappingProxyType({})
_AWS_POLICY = ":iam::aws:policy/"


@dataclass(frozen=True)
class Policies:
    """Every policy that can be attached: those of a template, and those of AWS."""

    named: NamedResources
    """The template's resources."""
    own: Mapping[str, AttachedPolicy]
    """The template's policies by logical id."""
    aws: Documents
    """The documents of AWS's managed policies."""
    tolerant: bool = False
    """Whether a policy that cannot be read, or whose document is not known, may mean anything instead of being
    an error."""
    parsed: dict[str, AttachedPolicy] = field(default_factory=dict, compare=False, repr=False)
    """Those of AWS that were asked for: each is parsed once, however often it is attached."""

    @classmethod
    def of(cls, named: NamedResources, aws: Documents, *, tolerant: bool = False) -> Policies:
        """Return those of a template's resources and of AWS. Raises AccessError for a malformed document."""
        known = cls(named, {}, aws, tolerant)
        own: dict[str, AttachedPolicy] = {}
        for policy in named.of_type(POLICY, *INLINE):
            with located(policy.logical_id):
                own[policy.logical_id] = (
                    known.inline(policy.properties) if policy.type in INLINE else known.managed(policy)
                )
        return replace(known, own=own)

    def at(self, arn: Value | str) -> AttachedPolicy:
        """Return the policy of that ARN. Raises AccessError when its document is not known."""
        own = self.named.find(arn, POLICY, *INLINE)
        if own:
            return self.own[own.logical_id]
        written = self.named.text(arn.text if isinstance(arn, Value) else arn)
        if written not in self.parsed:
            self.parsed[written] = self._elsewhere(written)
        return self.parsed[written]

    def managed(self, resource: NamedResource) -> AttachedPolicy:
        """Return the managed policy of the template. Raises AccessError when it is malformed."""
        policy = self.identity(shown(resource.name), resource.properties.get("PolicyDocument"))
        return replace(policy, arn=resource.arn)

    def inline(self, block: Mapping[str, object]) -> AttachedPolicy:
        """Return the inline policy that a block with PolicyName and PolicyDocument is."""
        return self.identity(str(block.get("PolicyName", "inline policy")), block.get("PolicyDocument"))

    def identity(self, name: str, document: object) -> AttachedPolicy:
        """Return a policy that can be attached. Raises AccessError when it is malformed."""
        written = self.named.document(document)
        return AttachedPolicy(name, parse_partly(written, name)) if self.tolerant else identity_policy(name, written)

    def trust(self, name: str, document: object) -> tuple[Statement, ...]:
        """Return the statements of a role's trust policy. Raises AccessError when it is malformed."""
        written = self.named.document(document)
        if self.tolerant:
            return parse_partly(written, f"trust policy of {name}", trust=True)
        return trust_policy(name, written)

    def _elsewhere(self, arn: str) -> AttachedPolicy:
        name = shown(arn).rpartition("/")[2]
        try:
            document = _Document(self._document_elsewhere(arn, name), name, self._published(arn))
            partition = arn.split(":")[1]
            return _of_aws(document, partition, tolerant=self.tolerant)
        except AccessError as error:
            if not self.tolerant:
                raise
            return AttachedPolicy(name, unread_policy(error.faults[0], name))

    def _published(self, arn: str) -> PolicyListOrigin | None:
        """Return the dated list that the document of an AWS managed policy is from; None where there is no list."""
        name = arn.partition(_AWS_POLICY)[2]
        return self.aws.origin(name) if isinstance(self.aws, ManagedPolicyDocuments) else None

    def _document_elsewhere(self, arn: str, name: str) -> Mapping[str, object]:
        if _AWS_POLICY not in arn:
            raise undecided(
                shown(arn), "is a policy that is not among those that were read, so its document is not known"
            )
        with_path = arn.partition(_AWS_POLICY)[2]
        keys = (with_path,) if isinstance(self.aws, ManagedPolicyDocuments) else (with_path, name)
        for key in keys:
            if key in self.aws:
                return self.aws[key]
        raise _not_known(arn, self.aws)


@dataclass(frozen=True, eq=False)
class _Document:
    """The document of an AWS managed policy, which is the same as another only if it is the very same object."""

    body: Mapping[str, object]
    name: str
    published: PolicyListOrigin | None

    def __hash__(self) -> int:
        return hash((id(self.body), self.name, self.published))

    def __eq__(self, other: object) -> bool:
        same_name = isinstance(other, _Document) and (self.name, self.published) == (other.name, other.published)
        return same_name and self.body is other.body  # type: ignore[attr-defined]  # it is a document


@lru_cache(maxsize=1 << 11)
def _of_aws(document: _Document, partition: str, *, tolerant: bool) -> AttachedPolicy:
    """Return an AWS managed policy in a partition, parsed once for all the accounts that have it."""
    if not tolerant:
        return replace(identity_policy(document.name, document.body), published=document.published)
    statements = parse_partly(document.body, document.name)
    if document.published and document.published.partition != partition:
        statements = tuple(_elsewhere_published(item, document.published, partition) for item in statements)
    return AttachedPolicy(document.name, statements, document.published)


def _elsewhere_published(statement: Statement, published: PolicyListOrigin, partition: str) -> Statement:
    """Return a statement of a document of another partition: it may mean anything where it names what is different
    in each partition, which are ARNs, and the services and other values of conditions."""
    if not statement.conditions and all(name == "*" for name in (*statement.resources, *statement.not_resources)):
        return statement
    problem = (
        f"is known as it is in the partition {published.partition} only, and this statement differs in {partition}"
    )
    fault = Fault(statement.origin, problem, f"{COMMAND} --partition {partition}")
    return replace(statement, resources=("*",), not_resources=(), conditions=(), unread=(fault,))


def _not_known(arn: str, aws: Documents) -> AccessError:
    """Return the error for an AWS managed policy that is not in the list of known policies."""
    if isinstance(aws, ManagedPolicyDocuments):
        return undecided(arn, f"is none of the AWS managed policies of {aws.date}, so what it allows is not known",
                         f"if AWS has had it since: {COMMAND}")  # fmt: skip
    name = arn.rpartition("/")[2]
    return undecided(arn, "is an AWS managed policy whose document is not known", f"pass {name} in managed")


def possible(policy: AttachedPolicy, fault: Fault) -> AttachedPolicy:
    """Return a policy that may or may not be attached; `fault` says why this is unknown."""
    return AttachedPolicy(
        policy.name, tuple(replace(statement, unread=statement.unread or (fault,)) for statement in policy.statements)
    )


def unknown_policy(name: str, fault: Fault) -> AttachedPolicy:
    """Return a policy about which nothing is known: it may allow and deny anything."""
    return AttachedPolicy(name, unread_policy(fault, name))


def identity_policy(name: str, document: object) -> AttachedPolicy:
    """Return a policy that can be attached. Raises AccessError when it is malformed or names principals."""
    statements = _document(name, document)
    if any(statement.principals or statement.not_principals for statement in statements):
        raise undecided(name, "has a Principal, which only a trust policy may have")
    return AttachedPolicy(name, statements)


def trust_policy(name: str, document: object) -> tuple[Statement, ...]:
    """Return the statements of a role's trust policy. Raises AccessError when it is malformed or not one."""
    statements = _document(f"trust policy of {name}", document)
    for statement in statements:
        if not statement.principals and not statement.not_principals:
            raise undecided(name, "has a trust policy without a Principal")
        if statement.resources or statement.not_resources:
            raise undecided(name, "has a trust policy with a Resource, which IAM refuses")
    return statements


def _document(name: str, document: object) -> tuple[Statement, ...]:
    if not isinstance(document, Mapping):
        raise undecided(name, "has no policy document")
    return parse(document, name)
