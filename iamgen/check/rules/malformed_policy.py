"""The rule about policies that IAM refuses, or that the evaluator behind `iamgen can` cannot read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from iamgen.access.documents import STATEMENT_ELEMENTS, parse
from iamgen.access.errors import AccessError
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, allow, policy, role, template, trust
from iamgen.errors import Fault
from iamgen.iam.holes import HOLE, function
from iamgen.iam.syntax import Path
from iamgen.iam.template import Document, Template
from iamgen.iam.values import branches, items

_PSEUDO = {
    "⟨AWS::AccountId⟩": "111111111111",
    "⟨AWS::Partition⟩": "aws",
    "⟨AWS::Region⟩": "eu-west-1",
    "⟨AWS::URLSuffix⟩": "amazonaws.com",
}
_HARMLESS = {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}
_SID = re.compile(r"[A-Za-z0-9]*", re.ASCII)
_UNKNOWN = object()


class _Checked(NamedTuple):
    """A statement as it is written, with its place."""

    elements: Mapping[str, object]
    """Its elements."""
    path: Path
    """Where it is in the template."""


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        if function(document.body) or any(part.path[: len(document.path)] == document.path for part in template.unread):
            continue  # not known before the deployment, as another rule says
        if not isinstance(document.body, Mapping):
            yield Problem(
                document.path, "the policy document is not a block with Version and Statement: IAM refuses it"
            )
            continue
        yield from _frame_problems(document, document.body)
        yield from _repeated_sids(document, document.body)
        is_text = any(statement.path == document.path for statement in document.statements)
        for block, path in items(document.body.get("Statement"), (*document.path, "Statement")):
            if isinstance(block, Mapping) and not function(block):
                problems = dict.fromkeys(_block_problems(block, path, is_trust=document.kind == "trust"))
                yield from (Problem(document.path, problem.message) if is_text else problem for problem in problems)
            elif not isinstance(block, Mapping):
                yield Problem(document.path if is_text else path, "the statement is not a block of elements")


def _block_problems(block: Mapping[str, object], path: Path, *, is_trust: bool) -> Iterator[Problem]:
    """Find what is refused in a statement, with each Condition that it may have."""
    for condition, _ in branches(block.get("Condition"), ()):
        chosen = {name: value for name, value in block.items() if name != "Condition" or condition is not None}
        elements = chosen | ({} if condition is None else {"Condition": condition})
        yield from _statement_problems(_Checked(_readable(elements, is_trust=is_trust), path), is_trust=is_trust)


def _frame_problems(document: Document, body: Mapping[str, object]) -> Iterator[Problem]:
    """Find what is wrong with Version and other keys beside Statement, and a policy without any statement."""
    written = body.get("Statement")
    if written == [] or written is None:
        yield Problem(document.path, "the policy document has no statement: IAM refuses it")
    frame = {key: value for key, value in body.items() if not function(value)}
    try:
        parse({**frame, "Statement": [_HARMLESS]})
    except AccessError as error:
        yield Problem(document.path, _words(error.faults[0]))


def _repeated_sids(document: Document, body: Mapping[str, object]) -> Iterator[Problem]:
    """Find each Sid that two statements have; those below an `Fn::If` may never be in the policy together."""
    first: dict[str, Path] = {}
    for block, path in items(body.get("Statement"), (*document.path, "Statement")):
        sid = block.get("Sid") if isinstance(block, Mapping) else None
        if isinstance(sid, str) and sid and not HOLE.search(sid) and "Fn::If" not in path:
            if sid in first:
                yield Problem((*path, "Sid"), f"two statements have the Sid {sid!r}: IAM refuses the policy")
            first.setdefault(sid, path)


def _statement_problems(statement: _Checked, *, is_trust: bool) -> Iterator[Problem]:
    """Find every element of a statement that is refused, one after the other."""
    needed = ("Effect", "Action", "Principal") if is_trust else ("Effect", "Action", "Resource")
    elements = dict(statement.elements)
    if is_trust and not {"Principal", "NotPrincipal"} & elements.keys():
        elements["Principal"] = "*"  # which has been told
    yield from _misplaced(statement, is_trust=is_trust)
    for _ in STATEMENT_ELEMENTS:
        fault = _fault(elements)
        if not fault:
            return
        element = next((name for name in elements if _fault(_without(elements, name, needed)) != fault), "")
        yield Problem((*statement.path, element) if element else statement.path, _words(fault))
        if not element:
            return
        elements = _without(elements, element, needed)


def _fault(elements: Mapping[str, object]) -> Fault | None:
    try:
        parse({"Version": "2012-10-17", "Statement": [elements]})
    except AccessError as error:
        return error.faults[0]
    return None


def _without(elements: Mapping[str, object], element: str, needed: Collection[str]) -> dict[str, object]:
    """Return the statement with something harmless in the place of an element and of its opposite."""
    kind = element.removeprefix("Not")
    remaining = {name: value for name, value in elements.items() if name.removeprefix("Not") != kind}
    return remaining | ({kind: _HARMLESS[kind]} if kind in needed else {})


def _misplaced(statement: _Checked, *, is_trust: bool) -> Iterator[Problem]:
    """Find elements that this kind of policy cannot have, or lacks, and Sids that IAM refuses."""
    principals = [name for name in ("Principal", "NotPrincipal") if name in statement.elements]
    resources = [name for name in ("Resource", "NotResource") if name in statement.elements]
    if not is_trust and principals:
        yield Problem((*statement.path, principals[0]), "only a trust policy has a Principal: IAM refuses it here")
    if is_trust and resources:
        yield Problem((*statement.path, resources[0]), "a trust policy has no Resource: IAM refuses it")
    if is_trust and not principals:
        yield Problem(statement.path, "the trust policy's statement has no Principal: IAM refuses it")
    sid = statement.elements.get("Sid")
    if isinstance(sid, str) and not is_trust and not _SID.fullmatch(sid):
        yield Problem((*statement.path, "Sid"), f"the Sid {sid!r} may only have letters and digits: IAM refuses it")


def _words(fault: Fault) -> str:
    problem = fault.problem.removeprefix("Statement: ")
    hint = f"; {fault.hint}" if fault.hint else ""
    return f"{problem}: IAM refuses it, or AWS does not document what it does{hint}"


def _readable(block: Mapping[str, object], *, is_trust: bool) -> dict[str, object]:
    """Return the statement with replacements for values that are unknown until the deployment, and for faults that
    other rules report."""
    readable: dict[str, object] = {}
    for name, value in block.items():
        known = _known(value, other_rules=_told(name, is_trust=is_trust))
        if known is not _UNKNOWN:
            readable[name] = known
        elif name.removeprefix("Not") in _HARMLESS:
            readable[name] = _HARMLESS[name.removeprefix("Not")]
    return readable


def _told(element: str, *, is_trust: bool) -> str:
    """Return a pattern of texts in an element that another rule tells of."""
    if element.endswith("Principal"):
        return r".+[*?].*|[*?].+"  # wildcard-in-principal
    return r"[^:]*[*?][^:]*:.*|[^:*]+" if element.endswith("Action") and not is_trust else r"(?!)"  # unknown-action


def _known(value: object, other_rules: str) -> object:
    """Return the value without the unknown parts of its lists and blocks; _UNKNOWN if nothing remains."""
    if isinstance(value, str):
        for hole, text in _PSEUDO.items():
            value = value.replace(hole, text)
        return _UNKNOWN if HOLE.search(value) or re.fullmatch(other_rules, value, re.DOTALL) else value
    if isinstance(value, list | tuple):
        known = [_known(item, other_rules) for item, _ in items(list(value), ())]
        remaining = [item for item in known if item is not _UNKNOWN]
        return remaining if remaining or not value else _UNKNOWN
    if function(value) == "Fn::If":
        chosen = [branch for branch, _ in branches(value, ()) if branch is not None]
        blocks = any(isinstance(branch, Mapping) and not function(branch) for branch in chosen)
        return _UNKNOWN if blocks else _known(chosen, other_rules)
    if isinstance(value, Mapping):
        block = {str(key): _known(item, other_rules) for key, item in value.items()}
        remains = {key: item for key, item in block.items() if item is not _UNKNOWN and HOLE.search(key) is None}
        return _UNKNOWN if function(value) or (value and not remains) else remains
    return value


_DENY = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}

RULE = Rule(
    id="E106",
    name="malformed-policy",
    level="error",
    summary="A policy does not follow IAM's grammar",
    why=(
        "IAM refuses most of these policies when the stack is updated. For the others, AWS does not document what "
        "they do. The rule reads every policy with the parser that `iamgen can` uses, and reports everything that "
        "this parser refuses: unknown elements and operators; empty lists; dates, numbers, addresses and booleans "
        "in a wrong form; variables that are not closed; resources that are not an ARN; principals that cannot "
        "exist. Values that only the deployment knows are left out."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    check=_check,
    good=(
        template(ReadP=policy(allow("s3:GetObject", {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}/*"}))),
        template(ReadR=role(trust({"AWS": {"Fn::GetAtt": ["Alice", "Arn"]}}))),
        template(ReadP=policy({"Fn::If": ["C", allow("s3:GetObject"), {"Ref": "AWS::NoValue"}]})),
        template(EndP=policy(allow("s3:GetObject", Condition={"DateLessThan": {"aws:CurrentTime": {"Ref": "Until"}}}))),
    ),
    bad=(
        template(GuardP=policy({**_DENY, "Condition": {"NullIfExists": {"aws:TokenIssueTime": "true"}}})),
        template(ReadP=policy(allow([]))),
        template(ReadP=policy(allow("s3:GetObject", "bucket/*"))),
        template(ReadP=policy(allow("s3:GetObject", "arn:aws:s3:::home/${aws:username/*"))),
        template(ReadP=policy({**allow("s3:GetObject"), "Effect": "allow"})),
        template(ReadP=policy(allow("s3:GetObject", Condition={"DateLessThan": {"aws:CurrentTime": "tomorrow"}}))),
        template(ReadP=policy(allow("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "office"}}))),
        template(ReadP=policy({**allow("s3:GetObject"), "Principal": ALICE})),
        template(ReadP=policy(allow("s3:GetObject", Sid="read objects"))),
        template(ReadP=policy(allow("s3:GetObject", Sid="Read"), allow("s3:ListBucket", Sid="Read"))),
        template(FunctionR=role(trust({"Service": "*"}))),
        template(ReadR=role({**trust(ALICE), "Resource": "*"})),
        template(ReadP={"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": []}}}),
    ),
)
