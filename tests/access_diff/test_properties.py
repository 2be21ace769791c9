"""What must hold of any two states: the difference and the evaluator agree, and no condition goes unnoticed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.context import ContextValue
from iamgen.access.principals import verdict_on_assuming, with_keys
from iamgen.access_diff.model_difference import model_difference
from iamgen.project import Project, Rendered
from iamgen.questions.declared_source import DeclaredTexts, from_declaration
from iamgen.questions.model import AccessModel
from iamgen.questions.template_source import AccountFile, from_templates
from tests.access_diff.conftest import NOW, allow, role, trusting, user

ROOT = Path(__file__).resolve().parents[2]
CASES = {"example": ROOT, "everything": ROOT / "tests/golden/cases/everything"}
DEV, OPS = "222222222222", "999999999999"


COVERED = ("AssumeRoleP", "AuditorsP", "ManageOwnUserP", "DeployR")
"""Whose Allow another statement covers: ManageOwnUserP denies people everything without MFA besides, and DeployR has
PowerUserAccess, which allows what its emergency allows."""


class RemovedCondition(NamedTuple):
    """A condition that a generated template has, and is to be taken away."""

    case: str
    account: str
    path: tuple[str | int, ...]
    operator: str
    key: str


@cache
def rendered(case: str) -> Rendered:
    return Project.load(CASES[case], NOW).render()


def statements(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield path, value
        for key, item in value.items():
            yield from statements(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from statements(item, (*path, number))


def removals() -> Iterator[RemovedCondition]:
    known = set[str]()
    for case in CASES:
        declaration = rendered(case).declaration
        for account, text in rendered(case).texts.items():
            for path, statement in statements(json.loads(text)):
                shape = json.dumps(statement).replace(declaration.accounts[account].id, "ID")
                if shape not in known:
                    known.add(shape)
                    for operator, keys in statement.get("Condition", {}).items():
                        yield from (RemovedCondition(case, account, path, operator, key) for key in keys)


def model(case: str, texts: Mapping[str, str], account: str) -> AccessModel:
    """Return the model of an account and of the people's."""
    declaration = rendered(case).declaration
    names = {account, declaration.people_account.name}
    remaining = {name: text for name, text in texts.items() if name in names}
    return from_declaration(DeclaredTexts(ROOT, declaration, remaining, case))


@cache
def whole(case: str, account: str) -> AccessModel:
    return model(case, rendered(case).texts, account)


@pytest.mark.parametrize(
    "removed", tuple(removals()), ids=lambda item: f"{item.case}-{item.account}-{item.path[1]}-{item.key}"
)
def test_a_condition_that_is_taken_away_is_named(removed: RemovedCondition) -> None:
    """Without its condition an Allow lets in more, and a Deny less.

    Where the other side of assuming a role still demands it, that is said. Where another statement says the same, it is
    proven that nothing changes.
    """
    texts = dict(rendered(removed.case).texts)
    template = json.loads(texts[removed.account])
    statement: Any = template
    for part in removed.path:
        statement = statement[part]
    conditions = statement["Condition"]
    del conditions[removed.operator][removed.key]
    if not conditions[removed.operator]:
        del conditions[removed.operator]
    if not conditions:
        del statement["Condition"]
    texts[removed.account] = json.dumps(template)
    before, after = whole(removed.case, removed.account), model(removed.case, texts, removed.account)
    compared = model_difference(before, after, NOW)
    reported = compared.has_gains if statement["Effect"] == "Allow" else compared.has_losses
    one_sided = any(item.gain for item in compared.one_sided)
    is_covered = removed.path[1] in COVERED and "PolicyDocument" in removed.path and statement["Effect"] == "Allow"
    assert (reported or one_sided) is not is_covered
    assert compared.is_proven_equal is not reported
    assert not compared.has_doubts


ARNS = [f"arn:aws:iam::{OPS}:user/ann", f"arn:aws:iam::{OPS}:root", OPS, "*", f"arn:aws:iam::{OPS}:user/bea"]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringEquals": {"aws:username": ["ann", "bea"]}},
    {"StringNotEquals": {"aws:username": "ann"}},
    {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
    {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}},
]
effects = st.sampled_from(["Allow", "Allow", "Allow", "Deny"])
trusts = st.builds(
    lambda effect, arns, condition: {**trusting({"AWS": arns}, Condition=deepcopy(condition)), "Effect": effect},
    effects,
    st.lists(st.sampled_from(ARNS), min_size=1, max_size=2, unique=True),
    st.sampled_from(CONDITIONS),
)
owns = st.builds(
    lambda effect, resource, condition: {**allow("sts:*", resource, Condition=deepcopy(condition)), "Effect": effect},
    effects,
    st.sampled_from(["*", f"arn:aws:iam::{DEV}:role/*", f"arn:aws:iam::{DEV}:role/R", f"arn:aws:iam::{DEV}:role/Q"]),
    st.sampled_from(CONDITIONS),
)
states = st.tuples(st.lists(owns, max_size=2), st.lists(trusts, min_size=1, max_size=3))


def state(folder: Path, own: list[Any], trust: list[Any], home: str) -> AccessModel:
    """Return ann, in the account of the role or in another, and a role R."""
    resources = {DEV: {"R": role("R", trust)}, OPS: {}}
    resources[home] = {**resources[home], "Ann": user("ann", *own), "Bea": user("bea")}
    files = []
    for account_id, listed in resources.items():
        file = folder / f"{account_id}.json"
        text = json.dumps({"Resources": listed})
        file.write_text(text.replace(f"iam::{OPS}:", f"iam::{home}:").replace(f'"{OPS}"', f'"{home}"'))
        files.append(AccountFile(account_id, file, account_id))
    return from_templates(files, "aws")


def requests() -> Iterator[dict[str, ContextValue]]:
    """Yield what requests may carry that the conditions above tell apart."""
    for mfa, time, session in product(
        (None, "true", "false"), ("2026-12-01T00:00:00Z", "2027-06-01T00:00:00Z"), ("ann", "x")
    ):
        key: dict[str, ContextValue] = {"aws:MultiFactorAuthPresent": mfa} if mfa else {}
        yield {"aws:CurrentTime": time, "sts:RoleSessionName": session, **key}


def outcome(model: AccessModel, context: Mapping[str, ContextValue]) -> str:
    (ann,) = (actor.known for actor in model.actors if actor.known and actor.name == "ann")
    caller = with_keys(ann.entity)  # type: ignore[arg-type]  # it is a user
    target = next(known.as_role for known in model.roles if known.entity.name == "R")
    return verdict_on_assuming(caller, target, {**caller.context, **context}).outcome


@given(states, states, st.sampled_from([DEV, OPS]))
def test_no_request_differs_that_is_not_told(
    earlier: tuple[list[Any], list[Any]], later: tuple[list[Any], list[Any]], home: str
) -> None:
    with TemporaryDirectory() as folder:
        before, after = (state(Path(folder), *written, home) for written in (earlier, later))
        compared = model_difference(before, after, NOW)
        reported = [item for item in compared.assumption if item.role.name == "R" and item.action == "sts:assumerole"]
        by_name = [item for item in reported if item.party.name == "ann"]
        for context in requests():
            sides = (outcome(before, context), outcome(after, context))
            if sides[0] == sides[1]:
                continue
            # A whole account that is let in is told as such, and ann is one of its users.
            is_told = [item for item in reported if item.doubts or (item.gain if sides[1] == "allowed" else item.loss)]
            assert is_told, (context, sides)
        for change in by_name:
            for witness in filter(None, (change.gain, change.loss)):
                assert witness.is_difference
