"""The matrix of everybody's roles is what `can` says of each cell, and its ends are exact to the second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamgen.errors import IamgenError
from iamgen.questions.access_answer import AccessOverview, AccessRequest, access_overview
from iamgen.questions.access_json import plain_overview
from iamgen.questions.access_text import access_text
from iamgen.questions.can import AccessQuestion, Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import AccessFilter, held_roles
from iamgen.questions.model import AccessModel
from tests.questions.conftest import DEV, NOW, OPS, role, statement, trusted, user

Modelled = Callable[[dict[str, dict[str, Any]]], Asker]
ASSUME = statement("Allow", "sts:AssumeRole")
IDENTITY = "sts:GetCallerIdentity"


def overview(asker: Asker, at: datetime = NOW, **more: Any) -> AccessOverview:
    return access_overview(asker, AccessRequest(Circumstances(at), **more))


def rows(asker: Asker, at: datetime = NOW, **more: Any) -> list[tuple[str, str, str]]:
    held = overview(asker, at, **more).held
    return [(item.actor.name, item.known.account.name, item.known.entity.logical_id) for item in held if item.is_role]


def test_the_example(example: Asker) -> None:
    assert rows(example) == [
        ("alice", "user-only", "OpsR"),
        ("alice", "dev", "AdminR"),
        ("alice", "prod", "OpsR"),
        ("bob", "dev", "OpsR"),
        ("bob", "dev", "ReadR"),
        ("bob", "prod", "ReadR"),
        ("carol", "dev", "ReadR"),
        ("carol", "prod", "OpsR"),
        ("carol", "prod", "ReadR"),
        ("dave", "user-only", "ReadR"),
        ("dave", "dev", "ReadR"),
        ("dave", "prod", "ReadR"),
        ("ci", "dev", "OpsR"),
        ("ci", "prod", "OpsR"),
    ]


def test_every_cell_agrees_with_can(every_model: AccessModel) -> None:
    """Whoever is in a cell may act as the role for `can`, and whoever is in none may not."""
    asker = Asker(every_model)
    circumstances = Circumstances(NOW)
    for actor in every_model.actors:
        held = held_roles(asker, [actor], circumstances, AccessFilter())
        cells = {item.known.entity.arn: item.way.is_certain for item in held if item.is_role}
        name = f"{actor.name}@{actor.account_name}" if actor.account_name else actor.name
        for known in every_model.roles:
            question = AccessQuestion(name, IDENTITY, circumstances, via=known.entity.arn)
            expected = {None: "no", True: "yes", False: "depends"}[cells.get(known.entity.arn)]
            assert asker.answer(question).level == expected, (name, known.entity.arn)


def test_ends_are_exact_in_every_cell(every_model: AccessModel) -> None:
    """A second before its end somebody can act as the role, and at the end they cannot."""
    asker = Asker(every_model)
    for item in held_roles(asker, every_model.actors, Circumstances(NOW), AccessFilter()):
        if item.end is None:
            continue
        for moment, expected in ((item.end - timedelta(seconds=1), True), (item.end, False)):
            ways = asker.reach(item.actor, Circumstances(moment)).ways
            reached = {way.acting.known.entity.arn for way in ways if way.is_certain or not item.way.is_certain}
            assert (item.known.entity.arn in reached) is expected, (item.actor.name, item.known.entity.arn)


def test_cells_without_an_end_hold_for_good(every_model: AccessModel) -> None:
    asker = Asker(every_model)
    far = Circumstances(datetime(2100, 1, 1, tzinfo=UTC))
    for item in held_roles(asker, every_model.actors, Circumstances(NOW), AccessFilter()):
        if item.end is None:
            reached = {way.acting.known.entity.arn for way in asker.reach(item.actor, far).ways}
            assert item.known.entity.arn in reached, (item.actor.name, item.known.entity.arn)


@pytest.mark.parametrize(
    ("condition", "end"),
    [
        ({"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}, "2027-01-01T00:00:00+00:00"),
        ({"DateLessThanEquals": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}, "2027-01-01T00:00:01+00:00"),
        ({"NumericLessThan": {"aws:EpochTime": "1798761600"}}, "2027-01-01T00:00:00+00:00"),
        ({"DateLessThan": {"aws:CurrentTime": ["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"]}}, "2027-02-01T00:00:00+00:00"),
        ({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, None),
    ],
)  # fmt: skip
def test_ends_of_each_form(modelled: Modelled, condition: dict[str, Any], end: str | None) -> None:
    trust = trusted({"AWS": f"arn:aws:iam::{OPS}:user/alice"}, Condition=condition)
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Ops": role("ops", [trust])}})
    held = [item for item in overview(asker).held if item.is_role]
    assert [item.end and item.end.isoformat() for item in held] == ([end] if end else [])


def test_a_denial_that_begins_is_an_end(modelled: Modelled) -> None:
    later = {"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
    asker = modelled(
        {
            OPS: {"Alice": user("alice", ASSUME, statement("Deny", "sts:*", Condition=later))},
            DEV: {"Ops": role("ops", {"AWS": f"arn:aws:iam::{OPS}:user/alice"})},
        }
    )
    assert [str(item.end) for item in overview(asker).held if item.is_role] == ["2027-01-01 00:00:01+00:00"]


def test_the_end_of_a_way_is_none_where_another_way_stands(modelled: Modelled) -> None:
    soon = {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
    alice, jump = f"arn:aws:iam::{OPS}:user/alice", f"arn:aws:iam::{OPS}:role/jump"
    asker = modelled(
        {
            OPS: {"Alice": user("alice", ASSUME), "Jump": role("jump", {"AWS": alice}, ASSUME)},
            DEV: {"Ops": role("ops", [trusted({"AWS": alice}, Condition=soon), trusted({"AWS": jump})])},
        }
    )
    assert [(item.known.entity.name, item.end) for item in overview(asker).held if item.is_role] == [
        ("jump", None),
        ("ops", None),
    ]


def test_an_end_on_the_way_is_an_end(modelled: Modelled) -> None:
    soon = {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
    jump = f"arn:aws:iam::{OPS}:role/jump"
    trust = trusted({"AWS": f"arn:aws:iam::{OPS}:user/alice"}, Condition=soon)
    asker = modelled(
        {
            OPS: {"Alice": user("alice", ASSUME), "Jump": role("jump", [trust], ASSUME)},
            DEV: {"Ops": role("ops", {"AWS": jump})},
        }
    )
    assert {str(item.end)[:10] for item in overview(asker).held if item.is_role} == {"2027-01-01"}
    words = " ".join(access_text(overview(asker), coloured=False).split())
    assert f" ops (by way of jump in {OPS}) in {DEV} until the end of 2026-12-31 (UTC) " in words


def test_what_the_list_of_actions_lacks_is_named_where_somebody_is_asked_about(modelled: Modelled) -> None:
    actions = ["newservice:*", "s3:Get*", "s3:ShinyThing", "*"]
    denied = statement("Deny", "another:*")
    asker = modelled({DEV: {"Alice": user("alice", statement("Allow", actions), denied)}})
    words = " ".join(access_text(overview(asker, actor="alice"), coloured=False).split())
    assert " and policies allow: newservice:*, s3:ShinyThing - " in words
    remarks = plain_overview(overview(asker, actor="alice"))["not_looked_at"]
    assert isinstance(remarks, list)
    assert remarks[0].endswith("newservice:*, s3:ShinyThing")
    assert not overview(asker).beside_list


def test_parts_of_the_matrix(example: Asker) -> None:
    assert rows(example, account="prod", role="OpsR") == [
        ("alice", "prod", "OpsR"),
        ("carol", "prod", "OpsR"),
        ("ci", "prod", "OpsR"),
    ]
    assert rows(example, actor="carol", account="prod") == [("carol", "prod", "OpsR"), ("carol", "prod", "ReadR")]
    assert rows(example, datetime(2027, 4, 1, tzinfo=UTC), account="prod", role="OpsR") == [
        ("alice", "prod", "OpsR"),
        ("ci", "prod", "OpsR"),
    ]


def test_a_cell_that_nobody_can_know_is_perhaps(modelled: Modelled) -> None:
    from_office = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    trust = trusted({"AWS": f"arn:aws:iam::{OPS}:user/alice"}, Condition=from_office)
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Ops": role("ops", [trust])}})
    assert f"    perhaps ops in {DEV}\n" in access_text(overview(asker), coloured=False)


def test_somebody_without_a_role_is_named_too(modelled: Modelled) -> None:
    asker = modelled({OPS: {"Alice": user("alice")}, DEV: {"Alice": user("alice")}})
    text = access_text(overview(asker), coloured=False)
    assert f"  alice in {DEV}\n    no role: only as their own user\n  alice in {OPS}\n" in text


def test_nobody_is_said_with_what_was_read(example: Asker) -> None:
    text = access_text(overview(example, role="AdminR", account="prod"), coloured=False)
    assert text.startswith("who can act as AdminR in prod: nobody, as far as is known from users.py\n")
    text = access_text(overview(example, actor="bob", role="AdminR"), coloured=False)
    assert text.startswith("bob can act as nobody as AdminR, as far as is known from users.py\n\nnot looked at:\n")


def test_what_is_not_there_is_refused(example: Asker) -> None:
    for part, near in (({"role": "AdmR"}, "did you mean AdminR?"), ({"account": "prd"}, "did you mean prod?")):
        with pytest.raises(IamgenError) as refused:
            overview(example, NOW, **part)
        assert refused.value.faults[0].hint == near
    with pytest.raises(IamgenError, match="there is no such person"):
        overview(example, actor="bobby")


@pytest.mark.parametrize(
    ("trusting", "words"),
    [
        ({"a-dev", "b-dev", "c-dev", "d-dev"}, "ops in *-dev (4 accounts)"),
        ({"a-dev", "b-dev", "c-dev", "d-dev", "a-prod", "b-prod"}, "ops in all 7 accounts but user-only"),
        ({"a-dev", "b-dev", "a-prod"}, "ops in a-dev, b-dev, a-prod"),
    ],
)
def test_many_accounts_are_short(modelled: Modelled, trusting: set[str], words: str) -> None:
    names = ["user-only", "a-dev", "b-dev", "c-dev", "d-dev", "a-prod", "b-prod"]
    ids = {f"{number}" * 12: name for number, name in enumerate(names, start=1)}
    alice = {"AWS": f"arn:aws:iam::{'1' * 12}:user/alice"}
    nobody = {"Service": "ec2.amazonaws.com"}
    resources = {id_: {"Ops": role("ops", alice if name in trusting else nobody)} for id_, name in ids.items()}
    model = modelled({**resources, "1" * 12: {"Alice": user("alice", ASSUME)}}).model
    accounts = {account.id: replace(account, name=ids[account.id]) for account in model.accounts}
    (alice_there,) = (actor for actor in model.actors if actor.kind == "user")
    assert alice_there.known
    known = replace(alice_there.known, account=accounts["1" * 12])
    named = replace(model, accounts=tuple(accounts.values()), actors=(replace(alice_there, known=known),))
    assert f"\n    {words}\n" in access_text(overview(Asker(named)), coloured=False)
