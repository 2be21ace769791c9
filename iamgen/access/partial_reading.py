"""Read policies of which a part cannot be read: that part counts as unknown, and the rest is read as usual.

`documents.parse` refuses such a policy, as IAM refuses most of them. Where the policy is known to exist, because an
account has it, the question is what it may mean: a statement about ec2 that cannot be read says nothing about s3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from iamgen.access.documents import Statement, parse
from iamgen.access.errors import AccessError
from iamgen.errors import Fault

Block = Mapping[str, object]

_GROUPS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"), ("Condition",))
"""Elements of which a statement has at most one each, and which can be read without the others."""


def parse_partly(document: object, origin: str, *, trust: bool = False) -> tuple[Statement, ...]:
    """Return the statements of a policy, of the ones that cannot be read as much as can.

    `trust` says that it is a role's trust policy. What cannot be read is in `Statement.unread`. Never raises
    AccessError: a document that cannot be read at all may mean anything.
    """
    if not isinstance(document, Mapping):
        return unread_policy(Fault(origin, "has no policy document"), origin, trust=trust)
    statements = document.get("Statement")
    listed = statements if isinstance(statements, list | tuple) and statements else [statements]
    try:
        parse({**document, "Statement": [_anything(trust=trust)]}, origin)
    except AccessError as error:
        return unread_policy(error.faults[0], origin, trust=trust)
    return tuple(
        replace(statement, number=number)
        for number, block in enumerate(listed, start=1)
        for statement in _statements(document, block, origin, trust=trust)
    )


def unread_policy(fault: Fault, origin: str, *, trust: bool = False) -> tuple[Statement, ...]:
    """Return the statements of a policy about which nothing is known: it may allow and deny anything."""
    anything = {"Version": "2012-10-17", "Statement": [_anything(effect, trust=trust) for effect in ("Allow", "Deny")]}
    return tuple(replace(statement, unread=(fault,)) for statement in parse(anything, origin))


def _anything(effect: object = "Allow", *, trust: bool) -> dict[str, object]:
    return {"Effect": effect, "Action": "*", **({"Principal": "*"} if trust else {"Resource": "*"})}


def _statements(document: Block, block: object, origin: str, *, trust: bool) -> Iterator[Statement]:
    try:
        (statement,) = parse({**document, "Statement": [block]}, origin)
        if trust == bool(statement.principals or statement.not_principals):
            yield statement
            return
        faults: tuple[Fault, ...] = (Fault(origin, "has a Principal where none may be, or has none where it must"),)
    except AccessError as error:
        faults = error.faults
    if not isinstance(block, Mapping):
        yield from unread_policy(faults[0], origin, trust=trust)
        return
    effect = block.get("Effect")
    for possible in (effect,) if effect in ("Allow", "Deny") else ("Allow", "Deny"):
        readable = _readable(block, _anything(possible, trust=trust), document)
        (statement,) = parse({**document, "Statement": [readable]}, origin)
        yield replace(statement, unread=faults)


def _readable(block: Block, anything: dict[str, object], document: Block) -> dict[str, object]:
    """Return the statement with those elements that can be read, `anything` in place of the others."""
    readable = dict(anything)
    for group in _GROUPS:
        elements = {element: block[element] for element in group if element in block}
        if len(elements) != 1 or not set(group) & {*anything, "Condition"}:
            continue
        candidate = {element: value for element, value in readable.items() if element not in group} | elements
        try:
            parse({**document, "Statement": [candidate]})
        except AccessError:
            continue
        readable = candidate
    return readable
