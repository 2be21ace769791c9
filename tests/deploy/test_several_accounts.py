"""Several accounts: the people first, the others side by side, and patience only after the people."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from iamgen.aws_client.clients import Clients, Credentials, connect
from iamgen.aws_client.polling import Pace
from iamgen.deploy import several_accounts
from iamgen.deploy.change_set import ChangeSet
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.planner import Prepared
from iamgen.deploy.several_accounts import Member, Pending
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault, refuse

Aws = Any
Stubbed = Any
BOB = "arn:aws:iam::111111111111:user/bob"
GROUP = '{"Resources": {"G": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "G"}}}}'


def clients(name: str) -> Clients:
    return connect(Credentials(f"of-{name}"), "eu-west-1", name)


def ignore(_name: str, _now: str) -> None:
    pass


@pytest.mark.parametrize("with_people", [True, False])
def test_new_users_are_waited_for_after_the_people_alone(
    aws: Aws, order: Order, choices: Choices, with_people: bool
) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if seconds == 5:
            aws.people("/bob")

    people = replace(order, account=TargetAccount("user-only", "111111111111"), text=GROUP)
    members = [Member("dev", order, clients("dev"), holds_people=False)]
    if with_people:
        members.append(Member("user-only", people, clients("user-only"), holds_people=True))
    stop = threading.Event()
    planned = several_accounts.plan(members, replace(choices, pace=Pace(sleep)), ignore, stop)
    ends = several_accounts.carry_out(planned.ready, "user-only", ignore, stop)
    assert [pause for pause in pauses if pause >= 5] == ([5] if with_people else [])
    assert (set(ends.done), set(ends.failed)) == (({"dev", "user-only"}, set()) if with_people else (set(), {"dev"}))


def test_what_is_shown_of_each_account(aws: Aws, order: Order, choices: Choices) -> None:
    aws.people("/bob")
    shown: list[str] = []
    stop, members = threading.Event(), [Member("dev", order, clients("dev"), holds_people=False)]
    planned = several_accounts.plan(members, choices, lambda *element: shown.append(": ".join(element)), stop)
    several_accounts.carry_out(planned.ready, "user-only", lambda *element: shown.append(": ".join(element)), stop)
    assert shown == [
        "dev: planning",
        "dev: ",
        "dev: deploying",
        "dev:   0 done  CREATE_IN_PROGRESS  infra",
        "dev:   0 done  CREATE_IN_PROGRESS  ReadR",
        "dev:   1 done  CREATE_COMPLETE  ReadR",
        "dev:   1 done  CREATE_COMPLETE  infra",
        "dev: ",
    ]


def test_one_account_that_cannot_be_planned_leaves_the_others_planned(aws: Aws, order: Order, choices: Choices) -> None:
    wrong = Member("prod", order, clients("prod"), holds_people=False)
    planned = several_accounts.plan(
        [Member("dev", order, clients("dev"), holds_people=False), wrong], choices, ignore, threading.Event()
    )
    assert (list(planned.ready), list(planned.failed)) == (["dev"], ["prod"])
    assert several_accounts.drop(planned.ready.values()) == ()
    assert aws.status("dev") == ""


def test_every_wrong_account_is_named(aws: Aws, order: Order) -> None:
    wrong = [Member(name, order, clients(name), holds_people=False) for name in ("prod", "dev", "user-only")]
    unusable = several_accounts.unusable(wrong, threading.Event())
    assert [fault.problem.partition(":")[0] for error in unusable.values() for fault in error.faults] == [
        "the credentials are of account 333333333333",
        "the credentials are of account 111111111111",
    ]


def test_an_account_that_a_kept_plan_does_not_name_is_refused(aws: Aws, order: Order, choices: Choices) -> None:
    member = Member("dev", order, clients("dev"), holds_people=False)
    planned = several_accounts.take_up({}, [member], choices, threading.Event(), Pending())
    assert not planned.ready
    assert [fault.problem for fault in planned.failed["dev"].faults] == [
        "the plan calls this account by another name than CONST.inc does now"
    ]


def test_a_clean_up_that_is_cut_short_names_what_may_stay(
    stubbed: Stubbed, order: Order, choices: Choices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third signal ends it at once; neither what it was removing then nor what was to follow is forgotten."""
    pending = Pending()
    for name in ("dev", "prod", "test"):
        change_set = ChangeSet(f"of-{name}", "stack-id", "CREATE" if name == "dev" else "UPDATE", ())
        pending.prepared[name] = Prepared(order, stubbed.clients, choices, None, change_set)
    pending.begun.add("prod")
    monkeypatch.setattr(several_accounts, "discard", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pending.clean_up()
    faults = list(pending.not_removed())
    assert [fault.problem for fault in faults] == [
        "the change set of the plan may stay in AWS: of-dev; so may the stack that it was made on, which is empty: infra",
        "the change set of the plan may stay in AWS: of-test",
    ]
    assert all(fault.hint.startswith("delete it: aws cloudformation delete-change-set") for fault in faults)
    assert list(Pending(are_kept=True).not_removed()) == []


def test_planning_that_is_cut_short_says_that_a_change_set_may_stay(
    stubbed: Stubbed, order: Order, choices: Choices, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending, stop = Pending(), threading.Event()
    faults: list[Fault] = []

    def prepare(*_: object) -> Prepared:
        faults.extend(pending.not_removed())
        raise refuse("dev", "denied")

    monkeypatch.setattr(several_accounts, "prepare", prepare)
    member = Member("dev", order, stubbed.clients, holds_people=False)
    several_accounts.plan([member], choices, ignore, stop, pending)
    listing = "look: aws cloudformation list-change-sets --stack-name infra --region eu-west-1 --profile of-dev"
    problem = "planning was cut short: its change set may stay in AWS"
    assert faults == [Fault("dev (222222222222)", problem, listing)]
    assert list(pending.not_removed()) == []


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt
