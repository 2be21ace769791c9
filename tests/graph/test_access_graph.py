"""The picture shows what `iamgen access` answers, no more and no less, however many are drawn as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from iamgen.graph.access_graph import AccessGraph
from iamgen.graph.crossings import ColumnOrder, crossings, ordered
from iamgen.graph.equal_access import Folding
from iamgen.graph.overview_graph import access_graph
from iamgen.graph.placement import placed
from iamgen.questions.access_answer import AccessOverview, AccessRequest, access_overview
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.declared_terms import DeclaredTerm
from iamgen.questions.held_roles import role_label
from tests.questions.conftest import DEV, NOW, OPS, golden, role, statement, user

Modelled = Callable[..., Asker]
ANYBODY_HERE = {"AWS": f"arn:aws:iam::{DEV}:root"}


def overview_of(asker: Asker, actor: str | None = None, account: str | None = None) -> AccessOverview:
    return access_overview(asker, AccessRequest(Circumstances(NOW), actor, account))


def people(modelled: Modelled, teams: dict[str, str], able: set[str]) -> Asker:
    """Return a model of users with teams, some of whom may assume a role."""
    users = {
        name: user(
            name,
            *([statement("Allow", "sts:AssumeRole")] if name in able else []),
            Tags=[{"Key": "Team", "Value": team}] if team else [],
        )
        for name, team in teams.items()
    }
    return modelled({DEV: {**users, "R": role("R", ANYBODY_HERE, statement("Allow", "s3:GetObject"))}})


def drawn(graph: AccessGraph) -> set[tuple[str, str, str]]:
    """Return who reaches which role in which account by the lines of a picture."""
    return {
        (name, account, graph.targets[link.target].label)
        for link in graph.links
        for account in graph.account_of[link.target].names
        for name in link.names
        if graph.targets[link.target].kind == "role"
    }


@pytest.mark.parametrize("folding", ["auto", "none", "equal", "team"])
@pytest.mark.parametrize("case", ["example", "everything"])
def test_the_lines_are_the_roles_that_are_held(case: str, folding: Folding) -> None:
    overview = overview_of(Asker(golden(case)))
    held = {
        (key.label, item.known.account.name, role_label(item.known))
        for key, items in overview.by_actor.items()
        for item in items
        if item.is_role
    }
    graph = access_graph(overview, folding)
    assert held
    assert drawn(graph) == held
    assert graph == access_graph(overview, folding)


def test_the_example() -> None:
    graph = access_graph(overview_of(Asker(golden("example"))))
    assert [(subject.heading, subject.names) for subject in graph.subjects] == [
        ("people", ("alice",)),
        ("people", ("bob",)),
        ("people", ("carol",)),
        ("people, team auditors", ("dave",)),
        ("CI users", ("ci",)),
    ]
    assert [(account.names, account.is_production, account.unreached) for account in graph.accounts] == [
        (("user-only",), False, ()),
        (("dev",), False, ()),
        (("prod",), True, ("AdminR",)),
    ]
    prod = {target.label: target for target in graph.accounts[2].targets}
    assert prod["OpsR"].terms == ("until the end of 2027-03-31 (UTC): carol",)
    link = next(link for link in graph.links if link.form == "ending")
    assert link.title[0] == "carol → role OpsR in prod until the end of 2027-03-31 (UTC)"
    assert (
        link.title[1] == "person carol → group infra-AssumeRoleG-111111111111 → policy infra-AssumeRoleP-111111111111 →"
    )
    assert "which accounts are production" not in graph.remarks


def test_a_group_that_everybody_is_in_says_so_and_has_no_lines() -> None:
    graph = access_graph(overview_of(Asker(golden("example"))))
    groups = {target.label: target for target in graph.accounts[0].targets if target.kind == "group"}
    assert groups["AssumeRoleG"].notes == ("everybody",)
    assert groups["PowerG"].notes == ()
    assert [link.names for link in graph.links if link.target == groups["AssumeRoleG"].key] == []
    assert [link.names for link in graph.links if link.target == groups["PowerG"].key] == [("alice",)]


def test_emergencies_that_are_in_force_stand_in_their_roles() -> None:
    term = DeclaredTerm("emergency", "P", "dev", "OpsR", NOW + timedelta(days=1), "INC-7: stuck", "users.py:1")
    ended = replace(term, until=NOW, reason="INC-6: over")
    model = replace(golden("example"), terms=(term, ended))
    graph = access_graph(overview_of(Asker(model)))
    notes = [(graph.account_of[key].names, target.notes) for key, target in graph.targets.items() if target.notes]
    assert notes[2:] == [(("dev",), ("emergency until 2026-11-24 12:00:00 UTC", "INC-7: stuck"))]


def test_many_with_equal_access_are_one(modelled: Modelled) -> None:
    names = [f"user{number:02}" for number in range(14)]
    graph = access_graph(overview_of(people(modelled, dict.fromkeys(names, ""), set(names))))
    assert [subject.names for subject in graph.subjects] == [tuple(f"{name} in {DEV}" for name in names)]
    assert graph.subjects[0].title[0] == "14 users:"
    assert [len(link.names) for link in graph.links] == [14]  # the role: everybody has the policies


def test_a_team_that_is_drawn_as_one_says_who_has_it(modelled: Modelled) -> None:
    teams = {"ann": "blue", "ben": "blue", "cid": "red"}
    graph = access_graph(overview_of(people(modelled, teams, {"ann", "cid"})), "team")
    assert [(subject.heading, len(subject.names)) for subject in graph.subjects] == [
        ("users, team blue", 2),
        ("users, team red", 1),
    ]
    blue, red = (link for link in graph.links if graph.targets[link.target].kind == "role")
    assert (blue.is_partial, len(blue.names), red.is_partial) == (True, 1, False)
    assert blue.title[0].startswith("1 of 2: ann")
    assert any(line.endswith("(part of them)") for line in graph.subjects[0].title)


def test_many_accounts_with_equal_access_are_one(modelled: Modelled) -> None:
    accounts: dict[str, Any] = {
        f"{number}" * 12: {"R": role("R", {"AWS": f"arn:aws:iam::{OPS}:user/ann"})} for number in range(1, 9)
    }
    accounts[OPS] = {"ann": user("ann", statement("Allow", "sts:AssumeRole"))}
    graph = access_graph(overview_of(modelled(accounts)))
    assert [len(account.names) for account in graph.accounts] == [8, 1]
    assert len(graph.links) == 2
    assert len(drawn(graph)) == 8


def test_a_role_by_way_of_another_is_a_line_between_roles(modelled: Modelled) -> None:
    asker = modelled(
        {
            DEV: {
                "ann": user("ann", statement("Allow", "sts:AssumeRole", f"arn:aws:iam::{DEV}:role/First")),
                "First": role("First", ANYBODY_HERE, statement("Allow", "sts:AssumeRole")),
                "Second": role("Second", {"AWS": f"arn:aws:iam::{DEV}:role/First"}),
            }
        }
    )
    for overview in (overview_of(asker), overview_of(asker, "ann")):
        graph = access_graph(overview)
        roles = [link for link in graph.links if graph.targets[link.target].kind == "role"]
        lines = [(link.source, graph.targets[link.target].label, link.subjects) for link in roles]
        first = next(target.key for target in graph.targets.values() if target.label == "First")
        assert lines == [("s1", "First", ("s1",)), (first, "Second", ("s1",))]


def test_whom_a_trust_policy_names_and_nobody_knows_is_perhaps(modelled: Modelled) -> None:
    stranger = f"arn:aws:iam::{DEV}:user/stranger"
    graph = access_graph(overview_of(modelled({DEV: {"R": role("R", {"AWS": stranger})}})))
    assert [(link.names, link.form, link.terms) for link in graph.links] == [((stranger,), "perhaps", "perhaps")]
    assert graph.subjects[0].heading == "named by trust policies, and not in what was read"
    assert graph.remarks[0] == "which accounts are production"


def test_a_part_of_an_answer_is_a_part_of_the_picture() -> None:
    asker = Asker(golden("example"))
    assert [account.names for account in access_graph(overview_of(asker, account="prod")).accounts] == [("prod",)]
    bob = access_graph(overview_of(asker, "bob"))
    assert [subject.names for subject in bob.subjects] == [("bob",)]
    assert {account.names[0]: account.unreached for account in bob.accounts} == {"user-only": (), "dev": (), "prod": ()}


def test_policies_of_a_user_s_own_are_in_the_picture(modelled: Modelled) -> None:
    users = {name: user(name, statement("Allow", "*")) for name in ("ann", "ben")}
    rest = {"cid": user("cid", statement("Allow", "s3:*")), "dan": user("dan")}
    graph = access_graph(overview_of(modelled({DEV: {**users, **rest}})), "equal")
    assert [(link.names, graph.targets[link.target].words) for link in graph.links] == [
        ((f"ann in {DEV}", f"ben in {DEV}"), "own policies own"),
        ((f"cid in {DEV}",), "own policies own"),
    ]
    assert graph.subjects[2].title[1:] == ("no role, no group, and no policy of their own",)


def test_an_order_with_fewer_crossings_is_found() -> None:
    start = ColumnOrder((("a",), ("b",), ("c",)), (("x",), ("y",), ("z",)), (("m",),))
    links = [("a", "z"), ("b", "y"), ("c", "x"), ("m", "z")]
    assert crossings(start, links) == 3
    assert crossings(ordered(start, links), links) == 0


def test_no_box_lies_on_another() -> None:
    places = placed(access_graph(overview_of(Asker(golden("everything"))), "none"))
    for boxes in (places.subjects, places.accounts, places.targets):
        listed = sorted(boxes.values(), key=lambda box: (box.x, box.y))
        for upper, lower in pairwise(listed):
            assert upper.x != lower.x or upper.bottom <= lower.y
    for account in places.graph.accounts:
        frame = places.accounts[account.key]
        inside = [places.targets[target.key] for target in account.targets]
        assert all(frame.x < box.x and frame.y < box.y and box.bottom < frame.bottom for box in inside)
