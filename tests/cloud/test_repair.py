"""Repair, in its order: nobody is taken out of a group that would be empty then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from iamgen.cloud.beside import Beside
from iamgen.cloud.repair import repair
from iamgen.cloud.stack import Resource

Stubbed = Any
POWER = Resource("PowerG", "infra-PowerG-1", "AWS::IAM::Group", "CREATE_COMPLETE", "")
BOB, ZOE, YVE = (
    Beside(POWER, "member", "+", "bob"),
    Beside(POWER, "member", "-", "zoe"),
    Beside(POWER, "member", "-", "y"),
)


def member(name: str) -> dict[str, str]:
    return {"GroupName": "infra-PowerG-1", "UserName": name}


def test_who_is_missing_is_put_in_first(stubbed: Stubbed) -> None:
    stubbed.answer("iam", "add_user_to_group", {}, member("zoe"))
    stubbed.answer("iam", "remove_user_from_group", {}, member("bob"))
    assert repair(stubbed.clients.iam, "user-only", [BOB, ZOE], {}, ["PowerG"]) == []
    stubbed.done()


@pytest.mark.parametrize(("code", "missing"), [("NoSuchEntity", [ZOE]), ("AccessDenied", [ZOE, YVE]), ("", [])])
def test_nobody_goes_when_nobody_could_be_put_in(stubbed: Stubbed, code: str, missing: Sequence[Beside]) -> None:
    for _ in missing:
        stubbed.refuse("iam", "add_user_to_group", code)
    faults = repair(stubbed.clients.iam, "user-only", [BOB, *missing], {}, ["PowerG"])
    assert len(faults) == len(missing) + 1
    assert faults[-1].what == "bob stays in infra-PowerG-1: nobody who belongs there could be put in"
    stubbed.done()


def test_one_who_could_be_put_in_is_enough(stubbed: Stubbed) -> None:
    stubbed.refuse("iam", "add_user_to_group", "NoSuchEntity")
    stubbed.answer("iam", "add_user_to_group", {}, member("y"))
    stubbed.answer("iam", "remove_user_from_group", {}, member("bob"))
    assert len(repair(stubbed.clients.iam, "user-only", [ZOE, BOB, YVE], {}, ["PowerG"])) == 1
    stubbed.done()


def test_where_somebody_stays_a_stranger_goes_all_the_same(stubbed: Stubbed) -> None:
    stubbed.refuse("iam", "add_user_to_group", "NoSuchEntity")
    stubbed.answer("iam", "remove_user_from_group", {}, member("bob"))
    assert len(repair(stubbed.clients.iam, "user-only", [BOB, ZOE], {})) == 1
    stubbed.done()
