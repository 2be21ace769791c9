"""What ends, and what has ended: grants and emergencies with their reasons, and every statement with an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iamgen.project import Project
from iamgen.questions.can import Asker
from iamgen.questions.declared_source import DeclaredTexts, from_declaration
from iamgen.questions.declared_terms import declared_terms
from iamgen.questions.endings import AccessEnd, endings, statement_end
from iamgen.questions.expiring_answer import ExpiringAnswer, expiring_text
from iamgen.questions.model import AccessModel
from tests.questions.conftest import CASES, DEV, NOW, OPS, role, statement, trusted, user

Modelled = Callable[[dict[str, dict[str, Any]]], Asker]
SOON, LATE = "2026-12-01T00:00:00Z", "2027-06-01T00:00:00Z"
MONTH = timedelta(days=30)


def declared(case: str, now: datetime = NOW) -> AccessModel:
    rendered = Project.load(CASES[case].resolve(), now).render()
    root, declaration = rendered.project.root, rendered.declaration
    model = from_declaration(DeclaredTexts(root, declaration, rendered.texts, "users.py"))
    return replace(model, terms=declared_terms(declaration, root))


def answer(model: AccessModel, now: datetime = NOW, span: timedelta = MONTH) -> ExpiringAnswer:
    return ExpiringAnswer.of(model, now, now + span)


def short(items: tuple[AccessEnd, ...]) -> list[tuple[str, str, str, str, str]]:
    return [(f"{item.end:%Y-%m-%dT%H:%M}", item.kind, item.name, item.role, item.account) for item in items]


def test_grants_with_an_end() -> None:
    asked = answer(declared("grants-with-an-end"), span=timedelta(days=60))
    assert short(asked.ended) == [("2026-11-23T00:00", "grant", "dave", "OpsR", "dev")]
    end = "2027-01-01T00:00"
    assert short(asked.ending) == [(end, "grant", name, "OpsR", "dev") for name in ("alice", "bob", "ci")] + [
        (end, "grant", "frank", "OpsR", "prod")
    ] * ("prod" in {item.account for item in asked.ending})
    assert [item.reason for item in asked.ending][:3] == ["", "INC-1", ""]
    assert short(asked.later) == [
        ("2027-06-30T12:00", "grant", "carol", "OpsR", "dev"),
        ("2027-06-30T12:00", "grant", "frank", "OpsR", "dev"),
    ]


def test_emergencies_are_told_in_each_account_and_once() -> None:
    model = declared("everything")
    result = [item for item in endings(model) if item.role == "DeployR" and item.kind != "grant"]
    assert short(tuple(result)) == [
        ("2026-12-25T00:00", "emergency", "DeployREmergency", "DeployR", account) for account in ("dev", "prod")
    ]
    assert {item.reason for item in result} == {"INC-7: the queue is stuck"}
    over = declared("everything", datetime(2027, 1, 1, tzinfo=UTC))
    assert [item.kind for item in answer(over, datetime(2027, 1, 1, tzinfo=UTC)).ended] == ["emergency", "emergency"]


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_grant_with_an_end_is_told_once(case: str) -> None:
    """Nothing of what iamgen renders has an end that no grant and no emergency tells."""
    model = declared(case)
    assert {item.kind for item in endings(model)} <= {"grant", "emergency"}
    grants = [(item.name, item.account, item.role, item.end) for item in endings(model) if item.kind == "grant"]
    terms = {(term.name, term.account, term.role, term.until) for term in model.terms if term.kind == "grant"}
    assert len(grants) == len(set(grants))
    assert set(grants) == {term for term in terms if term[3] is not None}
    written = {
        (role.account.name, role.entity.logical_id, end)
        for role in model.roles
        for statement in role.as_role.trust
        if (end := statement_end(statement))
    }
    assert written == {grant[1:] for grant in grants if grant[3] > NOW}


def test_the_very_moment(modelled: Modelled) -> None:
    """What ends now has ended; what ends at the last moment of the time is within it."""
    end = datetime(2026, 12, 1, tzinfo=UTC)
    trust = trusted({"AWS": f"arn:aws:iam::{OPS}:user/alice"}, Condition={"DateLessThan": {"aws:CurrentTime": SOON}})
    model = modelled({OPS: {"Alice": user("alice")}, DEV: {"Ops": role("ops", [trust])}}).model
    second = timedelta(seconds=1)
    assert [len(answer(model, now).ended) for now in (end - second, end, end + second)] == [0, 1, 1]
    spans = (MONTH - second, MONTH, MONTH + second)
    assert [len(answer(model, end - MONTH, span).ending) for span in spans] == [0, 1, 1]
    assert [len(answer(model, end - MONTH, span).later) for span in spans] == [1, 0, 0]


def test_statements_of_any_template(modelled: Modelled) -> None:
    soon = {"DateLessThan": {"aws:CurrentTime": SOON}}
    both = {"DateLessThan": {"aws:CurrentTime": LATE}, "DateLessThanEquals": {"aws:CurrentTime": SOON}}
    several = {"DateLessThan": {"aws:CurrentTime": [SOON, LATE]}}
    begins = {"DateGreaterThan": {"aws:CurrentTime": SOON}}
    names = {**soon, "StringEquals": {"aws:username": ["bob", "carol"]}}
    asker = modelled(
        {
            OPS: {"Alice": user("alice", statement("Allow", "s3:*", Condition=both), statement("Allow", "sqs:*", Condition=several))},
            DEV: {
                "Ops": role("ops", [trusted({"AWS": f"arn:aws:iam::{OPS}:user/alice"}, Condition=soon)]),
                "Read": role("read", [trusted({"AWS": OPS}, Condition=names)], statement("Deny", "*", Condition=begins)),
            },
        }
    )  # fmt: skip
    assert short(endings(asker.model)) == [
        ("2026-12-01T00:00", "trust statement", "alice", "ops", DEV),
        ("2026-12-01T00:00", "trust statement", "bob, carol", "read", DEV),
        ("2026-12-01T00:00", "policy statement", "own", "alice", OPS),
        ("2026-12-01T00:00", "policy statement", "own", "read", DEV),
        ("2027-06-01T00:00", "policy statement", "own", "alice", OPS),
    ]
    _, _, first, denial, _ = endings(asker.model)
    assert (first.end.second, denial.end.second, denial.is_denial) == (1, 1, True)
    text = expiring_text(answer(asker.model), coloured=False)
    assert "a statement of own, which denies from then on, of read in" in " ".join(text.split())


def test_an_earlier_end_within_an_emergency_is_told_too(modelled: Modelled) -> None:
    soon = {"DateLessThan": {"aws:CurrentTime": SOON}}
    asker = modelled({DEV: {"Ops": role("ops", {"AWS": OPS}, statement("Allow", "s3:*", Condition=soon))}})
    term = declared("everything").terms[-1]
    at_that_time = datetime(2026, 12, 1, tzinfo=UTC)
    same = replace(term, kind="emergency", name="own", account=DEV, role="Ops", until=at_that_time)
    known = replace(asker.model, terms=(same,))
    assert [item.kind for item in endings(known)] == ["emergency"]
    longer = replace(asker.model, terms=(replace(same, until=at_that_time + MONTH),))
    assert [item.kind for item in endings(longer)] == ["policy statement", "emergency"]


def test_the_screen() -> None:
    lines = expiring_text(answer(declared("grants-with-an-end"), span=timedelta(days=60)), coloured=False).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[:4] == [
        "ended, but not removed yet: 1",
        "  the end of 2026-11-22 (UTC)  dave: OpsR in dev",
        "                               users.py:11",
        "",
    ]
    assert "  the end of 2026-12-31 (UTC)  bob: OpsR in dev" in lines
    assert "                               users.py:9: INC-1" in lines
    assert "ends later: 2, the next at 2027-06-30 12:00:00 UTC" in lines


def test_nothing_is_said_as_nothing(modelled: Modelled) -> None:
    lines = expiring_text(answer(modelled({DEV: {"Alice": user("alice")}}).model), coloured=False).splitlines()
    assert lines[0] == "ended, but not removed yet: nothing"
    assert lines[2] == "ends by 2026-12-23 12:00:00 UTC: nothing"
    assert lines[4] == "nothing ends later"
    assert "not looked at:" in lines
    assert any(line.startswith("  - users, groups, policies and memberships that were made") for line in lines)


@pytest.mark.parametrize("key", ["aws:CurrentTime", "aws:EpochTime", "AWS:currenttime"])
def test_a_value_that_is_no_time_is_passed_over(modelled: Modelled, key: str) -> None:
    odd = {"DateLessThan": {key: "soon"}}
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", "s3:*", Condition=odd))}})
    assert endings(asker.model) == ()


def test_lines_are_of_the_file(tmp_path: Path) -> None:
    assert {item.place for item in endings(declared("example"))} == {"users.py:14"}
