"""States that no emulator has, answered as AWS does; and those that one has, met in a local AWS."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY

from iamgen.aws_client.clients import Clients, Credentials, connect
from iamgen.aws_client.parallel import heeding, side_by_side
from iamgen.aws_client.polling import Pace
from iamgen.deploy.cancellation import cancel
from iamgen.deploy.change_set import ChangeSet, ChangeSetKind
from iamgen.deploy.events import Event
from iamgen.deploy.executor import discard, execute, going_on
from iamgen.deploy.failed_stack import undeleted
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.planner import Prepared, prepare
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_protection import OPEN, STRICT
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault, IamgenError

STACK = "AWS::CloudFormation::Stack"

Aws = Any
Stubbed = Any
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOB = "arn:aws:iam::111111111111:user/bob"


def faults_of(work: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(IamgenError) as raised:
        work()
    return raised.value.faults


def dev(url: str) -> Clients:
    return connect(Credentials("of-dev"), "eu-west-1", "dev (222222222222)")


Planning = Callable[[], Prepared]


@pytest.fixture
def planning(stubbed: Stubbed, order: Order, choices: Choices) -> Planning:
    """Return what plans the deployment, with the answers that a test says."""
    return lambda: prepare(order, stubbed.clients, choices)


def ignore(_: Event) -> None:
    pass


def test_somebody_else_is_at_work(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.identity()
    stubbed.stack("UPDATE_IN_PROGRESS")
    assert faults_of(lambda: prepare(order, stubbed.clients, choices)) == (
        Fault(
            "dev (222222222222)",
            "something else is going on in the stack infra: UPDATE_IN_PROGRESS",
            "wait for it with --wait; stop an update with: iamgen cancel dev",
        ),
    )
    stubbed.done()


def test_waiting_for_somebody_else(stubbed: Stubbed, order: Order, choices: Choices, slept: list[float]) -> None:
    stubbed.identity()
    for status in ("UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"):
        stubbed.stack(status)
    stubbed.stack("UPDATE_COMPLETE", EnableTerminationProtection=True)
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": order.text})
    stubbed.answer("cloudformation", "get_stack_policy", {})
    heard: list[str] = []
    prepared = prepare(order, stubbed.clients, replace(choices, wait=True, on_wait=heard.append))
    assert (prepared.change_set, prepared.unguarded, heard) == (
        None,
        True,
        ["dev (222222222222): waiting for the end of UPDATE_IN_PROGRESS"],
    )
    assert len(slept) == 2
    stubbed.done()


def resource(logical_id: str, status: str, reason: str) -> dict[str, Any]:
    return {
        "LogicalResourceId": logical_id,
        "ResourceType": "AWS::IAM::Role",
        "LastUpdatedTimestamp": "2026-11-23T00:00:00Z",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (
            "UPDATE_ROLLBACK_FAILED",
            "put right what is named, then: aws cloudformation continue-update-rollback --stack-name infra"
            " --region eu-west-1 --profile of-dev",
        ),
        (
            "DELETE_FAILED",
            "somebody began to delete it: put right what is named, then: aws cloudformation delete-stack"
            " --stack-name infra --region eu-west-1 --profile of-dev, and deploy again",
        ),
    ],
)
def test_a_stack_that_is_stuck(stubbed: Stubbed, order: Order, choices: Choices, status: str, hint: str) -> None:
    stubbed.identity()
    stubbed.stack(status)
    summaries = [resource("OpsR", "UPDATE_FAILED", "no right"), resource("ReadR", "UPDATE_COMPLETE", "")]
    stubbed.answer("cloudformation", "list_stack_resources", {"StackResourceSummaries": summaries})
    assert faults_of(lambda: prepare(order, stubbed.clients, choices)) == (
        Fault("dev (222222222222)", f"the stack infra is stuck in {status}: OpsR is UPDATE_FAILED: no right", hint),
    )


@pytest.mark.parametrize(
    ("code", "message", "expected_message"),
    [
        (
            "ExpiredToken",
            "The security token included in the request is expired",
            "the credentials have expired: profile of-dev | sign in again, or get new keys, for profile of-dev; what is under way in AWS goes on",
        ),
        (
            "InvalidClientTokenId",
            "no",
            "AWS does not know the credentials: profile of-dev (InvalidClientTokenId) | "
            "sign in again, or get new keys, for profile of-dev; what is under way in AWS goes on",
        ),
        (
            "Throttling",
            "Rate exceeded",
            "AWS takes no more requests for now (DescribeStacks: Throttling) | "
            "wait a minute, and try it again; what is under way in AWS goes on",
        ),
        (
            "AccessDenied",
            "User: arn:aws:iam::222222222222:user/carol is not authorized to perform: cloudformation:DescribeStacks"
            " on resource: arn:aws:cloudformation:eu-west-1:222222222222:stack/infra/* because no identity-based"
            " policy allows the cloudformation:DescribeStacks action",
            "arn:aws:iam::222222222222:user/carol may not do cloudformation:DescribeStacks on"
            " arn:aws:cloudformation:eu-west-1:222222222222:stack/infra/* | "
            "give it cloudformation:DescribeStacks, or deploy as somebody who has it",
        ),
        ("InternalFailure", "Oh", "AWS refuses DescribeStacks: InternalFailure: Oh | "),
    ],
)
def test_what_aws_refuses(stubbed: Stubbed, planning: Planning, code: str, message: str, expected_message: str) -> None:
    stubbed.identity()
    stubbed.refuse("cloudformation", "describe_stacks", code, message)
    (fault,) = faults_of(planning)
    assert f"{fault.problem} | {fault.hint}" == expected_message


def test_a_change_set_that_cannot_be_made(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.identity()
    stubbed.refuse("cloudformation", "describe_stacks", "ValidationError", "Stack with id infra does not exist")
    stubbed.no_roles()
    stubbed.answer("cloudformation", "create_change_set", {"Id": "set", "StackId": "stack-id"})
    for status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        stubbed.answer("cloudformation", "describe_change_set", {"Status": status})
    failed = {"Status": "FAILED", "StatusReason": "Template error: bad"}
    stubbed.answer("cloudformation", "describe_change_set", failed)
    stubbed.answer("cloudformation", "describe_events", {"OperationEvents": []})
    # and nothing is left: neither the change set nor the empty stack that it was made on
    stubbed.answer("cloudformation", "delete_change_set", {}, {"ChangeSetName": "set", "StackName": "stack-id"})
    stubbed.answer("cloudformation", "list_change_sets", {"Summaries": [{"ChangeSetId": "set"}]})
    stubbed.stack("REVIEW_IN_PROGRESS")
    stubbed.answer("cloudformation", "delete_stack", {}, {"StackName": "stack-id"})
    (fault,) = faults_of(lambda: prepare(order, stubbed.clients, choices))
    assert fault == Fault("dev (222222222222)", "CloudFormation cannot plan this: Template error: bad")
    stubbed.done()


EARLY = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early"
    " Validation errors, use the DescribeEvents API for detailed failure information."
)


def not_planned(stubbed: Stubbed) -> None:
    stubbed.identity()
    stubbed.refuse("cloudformation", "describe_stacks", "ValidationError", "Stack with id infra does not exist")
    stubbed.no_roles()
    stubbed.answer("cloudformation", "create_change_set", {"Id": "arn:set", "StackId": "stack-id"})
    stubbed.answer("cloudformation", "describe_change_set", {"Status": "FAILED", "StatusReason": EARLY})


def removed(stubbed: Stubbed) -> None:
    stubbed.answer("cloudformation", "delete_change_set", {}, {"ChangeSetName": "arn:set", "StackName": "stack-id"})
    stubbed.answer("cloudformation", "list_change_sets", {"Summaries": []})
    stubbed.stack("REVIEW_IN_PROGRESS")
    stubbed.answer("cloudformation", "delete_stack", {}, {"StackName": "stack-id"})


def validation(logical_id: str, reason: str, mode: str = "FAIL") -> dict[str, Any]:
    return {
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": logical_id,
        "ValidationName": "NAME_CONFLICT_VALIDATION",
        "ValidationStatus": "FAILED",
        "ValidationFailureMode": mode,
        "ValidationStatusReason": reason,
    }


def test_what_is_there_already_is_told_before_anything(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    not_planned(stubbed)
    exists = "Resource of type 'AWS::IAM::Role' with identifier 'infra-{}' already exists."
    of_the_set = {"ChangeSetName": "arn:set", "Filters": {"FailedEvents": True}}
    first = [validation("OpsR", exists.format("OpsR")), validation("B", "a quota is near", "WARN"), {"EventId": "x"}]
    second = [validation("ReadR", exists.format("ReadR")), validation("ReadR", exists.format("ReadR"))]
    second.append(validation("OpsP", "#: extraneous key [Nmae] is not permitted"))
    page = {"OperationEvents": first, "NextToken": "more"}
    stubbed.answer("cloudformation", "describe_events", page, of_the_set)
    stubbed.answer("cloudformation", "describe_events", {"OperationEvents": second}, of_the_set | {"NextToken": "more"})
    removed(stubbed)
    hint = "delete it, or put yours beside it under another name: iamgen docs how-to, under Adopt what exists"
    message = "something of its name is there already, and is not this stack's ({})"
    assert faults_of(lambda: prepare(order, stubbed.clients, choices)) == (
        Fault("dev (222222222222) OpsR", message.format(exists.format("OpsR")), hint),
        Fault("dev (222222222222) ReadR", message.format(exists.format("ReadR")), hint),
        Fault("dev (222222222222) OpsP", "#: extraneous key [Nmae] is not permitted"),
    )
    stubbed.done()


def test_who_may_not_ask_why_it_cannot_be_planned(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    not_planned(stubbed)
    stubbed.refuse("cloudformation", "describe_events", "AccessDenied")
    removed(stubbed)
    assert faults_of(lambda: prepare(order, stubbed.clients, choices)) == (
        Fault(
            "dev (222222222222)",
            f"CloudFormation cannot plan this: {EARLY}",
            "with cloudformation:DescribeEvents iamgen would say which resource (AccessDenied)",
        ),
    )
    stubbed.done()


def test_a_change_set_is_asked_for_once_however_often(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    sent: list[dict[str, Any]] = []
    not_planned(stubbed)
    events = stubbed.clients.cloudformation.meta.events
    events.register("provide-client-params.cloudformation.CreateChangeSet", lambda params, **_: sent.append(params))
    stubbed.answer("cloudformation", "describe_events", {"OperationEvents": []})
    removed(stubbed)
    faults_of(lambda: prepare(order, stubbed.clients, choices))
    (request,) = sent
    assert request["ClientToken"] == request["ChangeSetName"]


def test_who_may_not_look_at_the_change_set_leaves_none(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.identity()
    stubbed.refuse("cloudformation", "describe_stacks", "ValidationError", "Stack with id infra does not exist")
    stubbed.no_roles()
    stubbed.answer("cloudformation", "create_change_set", {"Id": "set", "StackId": "stack-id"})
    stubbed.refuse("cloudformation", "describe_change_set", "AccessDenied", "Not you")
    stubbed.answer("cloudformation", "delete_change_set", {}, {"ChangeSetName": "set", "StackName": "stack-id"})
    stubbed.answer("cloudformation", "list_change_sets", {"Summaries": []})
    stubbed.stack("REVIEW_IN_PROGRESS")
    stubbed.answer("cloudformation", "delete_stack", {}, {"StackName": "stack-id"})
    (fault,) = faults_of(lambda: prepare(order, stubbed.clients, choices))
    assert fault.problem == "profile of-dev may not do DescribeChangeSet: Not you"
    stubbed.done()


def test_a_stack_with_a_change_set_of_somebodys_stays(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.identity()
    stubbed.stack("REVIEW_IN_PROGRESS")
    stubbed.no_roles()
    stubbed.answer("cloudformation", "create_change_set", {"Id": "set", "StackId": "stack-id"})
    stubbed.answer("cloudformation", "describe_change_set", {"Status": "FAILED", "StatusReason": "bad"})
    stubbed.answer("cloudformation", "describe_events", {"OperationEvents": []})
    stubbed.answer("cloudformation", "delete_change_set", {})
    stubbed.answer("cloudformation", "list_change_sets", {"Summaries": [{"ChangeSetId": "somebodys"}]})
    (fault,) = faults_of(lambda: prepare(order, stubbed.clients, choices))
    assert fault.problem == "CloudFormation cannot plan this: bad"  # and not that a stack was deleted in vain
    stubbed.done()


def test_tags_say_what_is_deployed_but_do_not_change_alone(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    """The same template under another commit is no change: with new tags it would touch every resource."""
    tagged = replace(order, tags={"iamgen:commit": "new"})
    stubbed.identity()
    stubbed.stack("CREATE_COMPLETE", Tags=[{"Key": "iamgen:commit", "Value": "old"}])
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": order.text})
    stubbed.answer("cloudformation", "get_stack_policy", {})
    assert prepare(tagged, stubbed.clients, choices).change_set is None
    stubbed.done()


def test_a_tag_of_the_settings_changes_alone(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    """The tags that say what is deployed stay as they are, and what resource gets the new tag is told."""
    tagged = replace(order, tags={"iamgen:commit": "new"}, declared_tags={"team": "red"})
    stubbed.identity()
    had = [{"Key": "iamgen:commit", "Value": "old"}, {"Key": "team", "Value": "blue"}, {"Key": "x", "Value": "y"}]
    stubbed.stack("CREATE_COMPLETE", Tags=had)
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": order.text})
    stubbed.answer("cloudformation", "get_stack_policy", {})
    free = ("StackName", "ChangeSetName", "ChangeSetType", "Capabilities", "ClientToken", "TemplateBody")
    tags = [had[0], {"Key": "team", "Value": "red"}, had[2]]
    result = {"Id": "set", "StackId": "stack-id"}
    stubbed.answer("cloudformation", "create_change_set", result, {**dict.fromkeys(free, ANY), "Tags": tags})
    page = {"Status": "CREATE_COMPLETE", "ChangeSetId": "set", "StackId": "stack-id"}
    stubbed.answer("cloudformation", "describe_change_set", {**page, "Changes": [effect("ReadR", "Tags")]})
    prepared = prepare(tagged, stubbed.clients, choices)
    assert (prepared.changes, prepared.retagged, prepared.is_pending) == ((), ("ReadR",), True)
    stubbed.done()


def effect(logical_id: str, scope: str, action: str = "Modify", replacement: str = "False") -> dict[str, Any]:
    change = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": "AWS::IAM::Role", "Scope": [scope]}
    return {"Type": "Resource", "ResourceChange": {**change, "Replacement": replacement}}


def changed(order: Order) -> Order:
    """Return an order for a template in which the role trusts somebody else."""
    return replace(order, text=order.text.replace("user/bob", "user/eve"), tags={"iamgen:release": "v1"})


def update(stubbed: Stubbed, order: Order, *effects: dict[str, Any]) -> None:
    stubbed.identity()
    stubbed.stack("CREATE_COMPLETE", Tags=[{"Key": "aws:x", "Value": "y"}, {"Key": "team", "Value": "a"}])
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": order.text})
    stubbed.answer("cloudformation", "get_stack_policy", {})
    # tags that are not ours stay, those that are AWS's own cannot be given
    tags = [{"Key": "team", "Value": "a"}, {"Key": "iamgen:release", "Value": "v1"}]
    free = ("StackName", "ChangeSetName", "ChangeSetType", "Capabilities", "ClientToken", "TemplateBody")
    named = dict.fromkeys(free, ANY)
    result = {"Id": "set", "StackId": "stack-id"}
    stubbed.answer("cloudformation", "create_change_set", result, {**named, "Tags": tags})
    first, *rest = effects
    page = {"Status": "CREATE_COMPLETE", "ChangeSetId": "set", "StackId": "stack-id", "Changes": [first]}
    stubbed.answer("cloudformation", "describe_change_set", {**page, "NextToken": "more"} if rest else page)
    if rest:
        stubbed.answer("cloudformation", "describe_change_set", {**page, "Changes": rest})


def test_what_only_gets_new_tags_is_told_apart(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    update(stubbed, order, effect("ReadR", "Properties"), effect("OpsR", "Tags"))
    prepared = prepare(changed(order), stubbed.clients, choices)
    assert [change.logical_id for change in prepared.changes] == ["ReadR"]
    assert (prepared.retagged, prepared.change_set is None) == (("OpsR",), False)
    stubbed.done()


def test_a_replacement_that_only_aws_knows_of_is_refused(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    update(stubbed, order, effect("ReadR", "Properties", replacement="Conditional"))
    stubbed.answer("cloudformation", "delete_change_set", {})
    assert faults_of(lambda: prepare(changed(order), stubbed.clients, choices)) == (
        Fault("dev (222222222222) ReadR", "the role ReadR would be replaced", "--allow-replacement, if it is meant"),
    )
    stubbed.done()


def test_nothing_can_be_replaced_under_its_own_name(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.identity()
    stubbed.stack("CREATE_COMPLETE")
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": order.text})
    body = json.loads(order.text)
    body["Resources"]["ReadR"]["Properties"]["Path"] = "/other/"
    moved = replace(order, text=json.dumps(body))
    faults = faults_of(lambda: prepare(moved, stubbed.clients, replace(choices, allow_replacement=True)))
    assert faults[0].problem == "ReadR would have to be replaced under its own name, which AWS cannot do"
    stubbed.done()


def test_a_user_so_new_that_iam_does_not_know_it(aws: Aws, order: Order, choices: Choices) -> None:
    """The first try fails, for a new stack and for an update; meanwhile the user comes to be known."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if seconds == 5:
            aws.people("/bob")

    patient = replace(choices, pace=Pace(sleep))
    execute(prepare(order, dev(aws.url), patient), ignore, patient=True)
    assert aws.trusted("dev", "ReadR") == {BOB}
    assert pauses.count(5) == 1
    eve = replace(changed(order), people=frozenset({BOB.replace("bob", "eve")}))

    def later(seconds: float) -> None:
        pauses.append(seconds)
        if seconds == 10:
            aws.people("/eve")

    execute(prepare(eve, dev(aws.url), replace(choices, pace=Pace(later))), ignore, patient=True)
    assert aws.trusted("dev", "ReadR") == {BOB.replace("bob", "eve")}
    assert [pause for pause in pauses if pause >= 5] == [5, 5, 10]


def test_who_deploys_while_one_waits_is_not_overwritten(aws: Aws, order: Order, choices: Choices) -> None:
    aws.people("/bob")
    execute(prepare(order, dev(aws.url), choices), ignore)
    eve = replace(changed(order), people=frozenset({BOB.replace("bob", "eve")}))

    def sleep(seconds: float) -> None:
        if seconds == 5:
            aws.people("/mallory")
            rest = replace(order, text=order.text.replace("user/bob", "user/mallory"))
            execute(prepare(rest, dev(aws.url), choices), ignore)

    prepared = prepare(eve, dev(aws.url), replace(choices, pace=Pace(sleep)))
    (fault,) = faults_of(lambda: execute(prepared, ignore, patient=True))
    assert fault.problem == "somebody has deployed since the plan was made"
    assert aws.trusted("dev", "ReadR") == {BOB.replace("bob", "mallory")}


def test_who_deploys_while_one_reads_the_plan_is_not_overwritten(aws: Aws, order: Order, choices: Choices) -> None:
    aws.people("/bob", "/eve", "/mallory")
    execute(prepare(order, dev(aws.url), choices), ignore)
    prepared = prepare(changed(order), dev(aws.url), choices)
    rest = replace(order, text=order.text.replace("user/bob", "user/mallory"))
    execute(prepare(rest, dev(aws.url), choices), ignore)
    (fault,) = faults_of(lambda: execute(prepared, ignore))
    assert fault.problem.startswith("the plan cannot be carried out any more, somebody has deployed meanwhile: ")
    assert aws.trusted("dev", "ReadR") == {BOB.replace("bob", "mallory")}


def test_a_stack_that_failed_no_more_is_not_deleted(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    """Nor is its protection against deletion taken away."""
    failed = Stack("infra", "stack-id", "ROLLBACK_COMPLETE", NOW, {}, guarded=False)
    stubbed.stack("CREATE_COMPLETE")
    prepared = Prepared(order, stubbed.clients, choices, failed, afresh=True)
    (fault,) = faults_of(lambda: execute(prepared, ignore))
    assert fault.problem == "somebody has deployed since the plan was made"
    stubbed.done()


def test_a_failed_stack_that_somebody_made_anew_is_not_deleted(aws: Aws, order: Order, choices: Choices) -> None:
    faults_of(lambda: execute(prepare(order, dev(aws.url), choices), ignore))
    prepared = prepare(order, dev(aws.url), choices)
    assert prepared.afresh
    aws.people("/bob")
    execute(prepare(order, dev(aws.url), choices), ignore)
    faults_of(lambda: execute(prepared, ignore))
    assert aws.trusted("dev", "ReadR") == {BOB}


@pytest.mark.parametrize("patient", [True, False])
def test_patience_has_an_end(aws: Aws, order: Order, choices: Choices, patient: bool, slept: list[float]) -> None:
    prepared = prepare(order, dev(aws.url), choices)
    (fault,) = faults_of(lambda: execute(prepared, ignore, patient=patient))
    assert fault.problem == f"it trusts the user bob, who does not exist: {BOB}"
    assert [element for element in slept if element >= 5] == ([5, 10, 20, 30] if patient else [])


def test_a_stranger_is_not_waited_for(aws: Aws, order: Order, choices: Choices, slept: list[float]) -> None:
    prepared = prepare(replace(order, people=frozenset()), dev(aws.url), choices)
    faults_of(lambda: execute(prepared, ignore, patient=True))
    assert [element for element in slept if element >= 5] == []


def test_events_are_told_in_their_order(aws: Aws, order: Order, choices: Choices) -> None:
    aws.people("/bob")
    seen_so_far: list[str] = []
    execute(prepare(order, dev(aws.url), choices), lambda item: seen_so_far.append(f"{item.logical_id} {item.status}"))
    assert seen_so_far == [
        "infra CREATE_IN_PROGRESS",
        "ReadR CREATE_IN_PROGRESS",
        "ReadR CREATE_COMPLETE",
        "infra CREATE_COMPLETE",
    ]


def test_after_an_interruption_aws_goes_on(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stack = Stack("infra", "stack-id", "UPDATE_COMPLETE", NOW, {}, guarded=True)
    stubbed.stack("UPDATE_IN_PROGRESS")
    prepared = Prepared(order, stubbed.clients, replace(choices, allow_replacement=True), stack)
    assert list(going_on([prepared])) == [
        Fault(
            "dev (222222222222)",
            "AWS goes on: the stack infra is UPDATE_IN_PROGRESS; its stack policy stays open until the next deployment",
            "follow it: iamgen deploy dev --wait; stop an update: iamgen cancel dev",
        )
    ]


def test_the_stack_policy_of_a_new_stack_was_never_opened(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.stack("CREATE_IN_PROGRESS")
    prepared = Prepared(order, stubbed.clients, replace(choices, allow_replacement=True), None)
    assert [fault.problem for fault in going_on([prepared])] == ["AWS goes on: the stack infra is CREATE_IN_PROGRESS"]


def test_an_interruption_after_aws_was_through_says_that_it_had_begun(
    stubbed: Stubbed, order: Order, choices: Choices
) -> None:
    """The stack may still lack its policy and its protection."""
    prepared = Prepared(order, stubbed.clients, choices, None)
    stubbed.stack("CREATE_COMPLETE")
    assert list(going_on([prepared], {"dev"})) == [
        Fault(
            "dev (222222222222)",
            "the deployment had begun, and may not be complete: the stack infra is CREATE_COMPLETE",
            "see what is missing: iamgen deploy dev --dry-run",
        )
    ]
    stubbed.stack("CREATE_COMPLETE")
    assert list(going_on([prepared])) == []


def test_one_account_that_cannot_be_looked_at_hides_no_other(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.refuse("cloudformation", "describe_stacks", "ExpiredToken")
    stubbed.stack("UPDATE_IN_PROGRESS")
    reported = list(going_on([Prepared(order, stubbed.clients, choices, None)] * 2))
    assert [fault.problem for fault in reported] == [
        "the credentials have expired: profile of-dev",
        "AWS goes on: the stack infra is UPDATE_IN_PROGRESS",
    ]


def test_who_waits_heeds_an_interruption() -> None:
    stop = threading.Event()
    sleep = heeding(stop)
    sleep(0)
    stop.set()
    with pytest.raises(KeyboardInterrupt):
        sleep(60)


def test_an_interruption_stops_what_waits_and_is_passed_on() -> None:
    stop = threading.Event()
    threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        side_by_side({name: lambda: heeding(stop)(60) for name in ("dev", "prod")}, stop)
    assert stop.is_set()


def test_cancelling_an_update(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.identity()
    stubbed.stack("UPDATE_IN_PROGRESS")
    event = {
        "StackId": "stack-id",
        "StackName": "infra",
        "LogicalResourceId": "infra",
        "PhysicalResourceId": "stack-id",
        "ResourceType": "AWS::CloudFormation::Stack",
        "Timestamp": datetime(2026, 11, 23, tzinfo=UTC),
    }
    old = {**event, "EventId": "1", "ResourceStatus": "UPDATE_IN_PROGRESS"}
    end = {**event, "EventId": "2", "ResourceStatus": "UPDATE_ROLLBACK_COMPLETE"}
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": [old]})
    stubbed.answer("cloudformation", "cancel_update_stack", {})
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": [old]})
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": [end, old]})
    assert cancel(order, stubbed.clients, choices.pace, ignore) == "UPDATE_ROLLBACK_COMPLETE"
    stubbed.done()


def test_what_aws_cannot_delete_after_an_update_was_stopped(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    """A user of the new template whom somebody gave a key meanwhile stays, with the key: nobody may think otherwise."""
    stubbed.identity()
    stubbed.stack("UPDATE_IN_PROGRESS")
    event = {"StackId": "stack-id", "StackName": "infra", "Timestamp": datetime(2026, 11, 23, tzinfo=UTC)}
    stack = {**event, "LogicalResourceId": "infra", "PhysicalResourceId": "stack-id", "ResourceType": STACK}
    user = {**event, "LogicalResourceId": "UserCarol", "PhysicalResourceId": "carol", "ResourceType": "AWS::IAM::User"}
    old = {**stack, "EventId": "1", "ResourceStatus": "UPDATE_IN_PROGRESS"}
    first = {**stack, "EventId": "2", "ResourceStatus": "UPDATE_ROLLBACK_IN_PROGRESS"}
    stays = {**user, "EventId": "3", "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "Cannot delete entity"}
    end = {**stack, "EventId": "4", "ResourceStatus": "UPDATE_ROLLBACK_COMPLETE"}
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": [old]})
    stubbed.answer("cloudformation", "cancel_update_stack", {})
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": [end, stays, first, old]})
    remaining, ended = faults_of(lambda: cancel(order, stubbed.clients, choices.pace, ignore))
    assert remaining.where == "dev (222222222222) UserCarol"
    assert remaining.problem.startswith("AWS could not delete the User carol: ")
    assert remaining.problem.endswith("; its access keys and whatever it may do still work")
    assert ended == Fault("dev (222222222222)", "the update was stopped, and ended in UPDATE_ROLLBACK_COMPLETE")
    stubbed.done()


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_what_cannot_be_cancelled(stubbed: Stubbed, order: Order, choices: Choices, status: str) -> None:
    stubbed.identity()
    stubbed.stack(status)
    assert faults_of(lambda: cancel(order, stubbed.clients, choices.pace, ignore)) == (
        Fault(
            "dev (222222222222)",
            f"AWS stops only updates, and this is {status}",
            "wait for its end: iamgen deploy dev --wait",
        ),
    )


@pytest.fixture
def large(order: Order) -> Order:
    return replace(order, text=json.dumps({"Resources": {"R": {"Type": "T", "Properties": {"x": "y" * 52_000}}}}))


def new_stack(stubbed: Stubbed) -> None:
    stubbed.identity()
    stubbed.refuse("cloudformation", "describe_stacks", "ValidationError", "Stack with id infra does not exist")
    stubbed.identity()


def test_a_bucket_has_to_be_the_accounts_own(stubbed: Stubbed, large: Order, choices: Choices) -> None:
    new_stack(stubbed)
    stubbed.refuse("s3", "put_object", "AccessDenied", "Access Denied")
    (fault,) = faults_of(lambda: prepare(large, stubbed.clients, replace(choices, bucket="theirs")))
    assert fault.problem == "profile of-dev may not do PutObject: Access Denied"
    assert fault.hint == "deploy as somebody who may"
    stubbed.done()


@pytest.mark.parametrize("removable", [True, False])
def test_a_template_in_a_bucket(stubbed: Stubbed, large: Order, choices: Choices, removable: bool) -> None:
    new_stack(stubbed)
    key = f"iamgen/{hashlib.sha256(large.text.encode()).hexdigest()}.json"
    own = {"Bucket": "ours", "Key": key, "ExpectedBucketOwner": "222222222222"}
    stubbed.answer("s3", "put_object", {}, {**own, "Body": large.text.encode(), "ContentType": "application/json"})
    stubbed.answer("cloudformation", "create_change_set", {"Id": "set", "StackId": "stack-id"})
    stubbed.answer("cloudformation", "describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": []})
    warned: list[Fault] = []
    if removable:
        stubbed.answer("s3", "delete_object", {}, own)
    else:
        stubbed.refuse("s3", "delete_object", "AccessDenied", "Access Denied")
    prepared = prepare(large, stubbed.clients, replace(choices, bucket="ours", warn=warned.append))
    assert prepared.change_set
    message = f"the template stays in s3://ours/{key}: profile of-dev may not do DeleteObject: Access Denied"
    fault = Fault(
        "dev (222222222222)", message, f"remove it: aws s3 rm s3://ours/{key} --region eu-west-1 --profile of-dev"
    )
    assert warned == ([] if removable else [fault])
    stubbed.done()


def test_credentials_that_there_are_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    assert faults_of(lambda: connect(Credentials("nobody"), "eu-west-1", "dev")) == (
        Fault("dev", "there is no profile nobody", "`aws configure list-profiles` lists those that there are"),
    )


def policy(aws: Aws) -> list[str]:
    result = aws.client("cloudformation", "dev").get_stack_policy(StackName="infra")["StackPolicyBody"]
    return [load["Effect"] for load in json.loads(result)["Statement"]]


def test_a_stack_is_shut_again_when_its_change_set_is_gone(aws: Aws, order: Order, choices: Choices) -> None:
    aws.people("/bob", "/eve")
    execute(prepare(order, dev(aws.url), choices), ignore)
    prepared = prepare(changed(order), dev(aws.url), replace(choices, allow_replacement=True))
    assert prepared.change_set
    aws.client("cloudformation", "dev").delete_change_set(ChangeSetName=prepared.change_set.id)
    faults_of(lambda: execute(prepared, ignore))
    assert policy(aws) == ["Allow", "Deny"]


def test_a_stack_is_shut_again_after_an_update_that_failed(aws: Aws, order: Order, choices: Choices) -> None:
    aws.people("/bob")
    execute(prepare(order, dev(aws.url), choices), ignore)
    prepared = prepare(changed(order), dev(aws.url), replace(choices, allow_replacement=True))
    opened: list[list[str]] = []
    faults_of(lambda: execute(prepared, lambda _: opened.append(policy(aws))))
    assert opened[0] == ["Allow"]
    assert policy(aws) == ["Allow", "Deny"]


def opened(stubbed: Stubbed, order: Order, choices: Choices) -> Prepared:
    """Return a deployment that has opened the stack and begun."""
    stack = Stack("infra", "stack-id", "UPDATE_COMPLETE", NOW, {}, guarded=True)
    change_set = ChangeSet("set", "stack-id", "UPDATE", ())
    stubbed.answer("cloudformation", "set_stack_policy", {}, {"StackName": "infra", "StackPolicyBody": OPEN})
    stubbed.answer("cloudformation", "update_termination_protection", {})
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    stubbed.answer("cloudformation", "execute_change_set", {})
    return Prepared(order, stubbed.clients, replace(choices, allow_replacement=True), stack, change_set)


def shut(stubbed: Stubbed) -> None:
    stubbed.answer("cloudformation", "set_stack_policy", {}, {"StackName": "infra", "StackPolicyBody": STRICT})
    stubbed.answer("cloudformation", "update_termination_protection", {})


def test_a_stack_is_shut_again_when_it_cannot_be_followed(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    prepared = opened(stubbed, order, choices)
    stubbed.refuse("cloudformation", "describe_stack_events", "Throttling")
    shut(stubbed)
    assert faults_of(lambda: execute(prepared, ignore))[0].problem == (
        "AWS takes no more requests for now (DescribeStackEvents: Throttling)"
    )
    stubbed.done()


def test_a_stack_that_cannot_be_shut_again_is_told(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    prepared = opened(stubbed, order, choices)
    stubbed.refuse("cloudformation", "describe_stack_events", "ExpiredToken")
    stubbed.refuse("cloudformation", "set_stack_policy", "ExpiredToken")
    faults = faults_of(lambda: execute(prepared, ignore))
    assert [fault.problem for fault in faults] == [
        "the credentials have expired: profile of-dev",
        "the deployment had begun, and AWS goes on with it",
        "the stack policy of infra stays open for replacement",
    ]
    stubbed.done()


@pytest.mark.parametrize(("status", "is_shut"), [("UPDATE_COMPLETE", True), ("UPDATE_IN_PROGRESS", False)])
def test_an_interruption_shuts_a_stack_in_which_nothing_goes_on(
    stubbed: Stubbed, order: Order, choices: Choices, status: str, is_shut: bool
) -> None:
    def interrupt(seconds: float) -> None:
        if seconds:
            raise KeyboardInterrupt

    prepared = opened(stubbed, order, replace(choices, pace=Pace(interrupt)))
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    stubbed.stack(status)
    if is_shut:
        shut(stubbed)
    with pytest.raises(KeyboardInterrupt):
        execute(prepared, ignore)
    stubbed.done()


def waiting(stubbed: Stubbed, order: Order, choices: Choices, kind: ChangeSetKind = "UPDATE") -> Prepared:
    """Return a deployment of a stack in review, whose change set waits."""
    return Prepared(order, stubbed.clients, choices, None, ChangeSet("set", "stack-id", kind, ()))


def test_what_aws_refuses_has_not_begun(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    begun: list[str] = []
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    stubbed.refuse("cloudformation", "execute_change_set", "AccessDenied")
    prepared = waiting(stubbed, order, choices)
    faults = faults_of(lambda: execute(prepared, ignore, begin=lambda: begun.append("dev")))
    assert ([fault.problem for fault in faults], begun) == (["profile of-dev may not do ExecuteChangeSet: no"], [])


@pytest.mark.parametrize(
    ("kind", "stop"), [("UPDATE", "; stop an update: iamgen cancel dev"), ("CREATE", "")]
)  # AWS does not stop the creation of a stack
def test_an_answer_that_was_lost_may_have_begun_it(
    stubbed: Stubbed, order: Order, choices: Choices, kind: ChangeSetKind, stop: str
) -> None:
    begun: list[str] = []
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    stubbed.stubs["cloudformation"].add_client_error("execute_change_set", "InternalFailure", "Oh", 500)
    prepared = waiting(stubbed, order, choices, kind)
    faults = faults_of(lambda: execute(prepared, ignore, begin=lambda: begun.append("dev")))
    assert faults[1:] == (
        Fault(
            "dev (222222222222)",
            "it is not known whether the deployment began",
            f"follow it: iamgen deploy dev --wait{stop}",
        ),
    )
    assert begun == ["dev"]


def test_who_wants_it_to_stop_is_heeded_right_before_it_begins(
    stubbed: Stubbed, order: Order, choices: Choices
) -> None:
    stop = threading.Event()
    stop.set()
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    prepared = waiting(stubbed, order, replace(choices, pace=Pace(heeding(stop))))
    with pytest.raises(KeyboardInterrupt):
        execute(prepared, ignore)
    stubbed.done()  # and no change set was executed


def test_who_wants_it_to_stop_keeps_a_failed_stack_and_its_protection(
    stubbed: Stubbed, order: Order, choices: Choices
) -> None:
    stop = threading.Event()
    stop.set()
    failed = Stack("infra", "stack-id", "ROLLBACK_COMPLETE", NOW, {}, guarded=True)
    stubbed.stack("ROLLBACK_COMPLETE", EnableTerminationProtection=True)
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    for is_protected in (False, True):
        expected = {"StackName": "stack-id", "EnableTerminationProtection": is_protected}
        stubbed.answer("cloudformation", "update_termination_protection", {}, expected)
    prepared = Prepared(order, stubbed.clients, replace(choices, pace=Pace(heeding(stop))), failed, afresh=True)
    with pytest.raises(KeyboardInterrupt):
        execute(prepared, ignore)
    stubbed.done()


def deleting(stubbed: Stubbed, order: Order, choices: Choices) -> Prepared:
    """Return a deployment that deletes a stack whose creation failed; its deletion is begun."""
    failed = Stack("infra", "stack-id", "ROLLBACK_COMPLETE", NOW, {}, guarded=False)
    stubbed.stack("ROLLBACK_COMPLETE")
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    stubbed.answer("cloudformation", "update_termination_protection", {})
    stubbed.answer("cloudformation", "delete_stack", {}, {"StackName": "stack-id"})
    return Prepared(order, stubbed.clients, choices, failed, afresh=True)


def test_a_deletion_that_cannot_be_followed_is_told(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    deployment = deleting(stubbed, order, choices)
    stubbed.refuse("cloudformation", "describe_stack_events", "ExpiredToken")
    assert faults_of(lambda: execute(deployment, ignore))[1:] == (
        Fault(
            "dev (222222222222)",
            "the deletion of the stack whose creation failed had begun, and AWS goes on with it",
            "follow it: iamgen deploy dev --wait",
        ),
    )
    stubbed.done()


def test_a_stack_that_is_deleted_and_not_made_again_is_told(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    deployment = deleting(stubbed, order, choices)
    event = {"StackId": "stack-id", "StackName": "infra", "Timestamp": datetime(2026, 11, 23, tzinfo=UTC)}
    stack = {**event, "LogicalResourceId": "infra", "PhysicalResourceId": "stack-id", "ResourceType": STACK}
    gone = {**stack, "EventId": "1", "ResourceStatus": "DELETE_COMPLETE"}
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": [gone]})
    stubbed.refuse("cloudformation", "create_change_set", "AccessDenied")
    assert faults_of(lambda: execute(deployment, ignore))[-1] == Fault(
        "dev (222222222222)",
        "the stack whose creation failed was deleted, and nothing has been created in its place",
        "deploy again: iamgen deploy dev",
    )
    stubbed.done()


def test_what_is_left_of_a_creation_that_failed() -> None:
    assert undeleted(TargetAccount("dev", "222222222222"), "infra") == Fault(
        "dev (222222222222)",
        "the creation of the stack infra failed, and not all that it had created could be deleted again",
        "look at what stays, and allow its deletion: iamgen deploy dev",
    )


@pytest.mark.parametrize("part", ["OpsR", ""])
def test_a_failed_stack_that_has_more_than_the_plan_shows_is_not_deleted(
    stubbed: Stubbed, order: Order, choices: Choices, part: str
) -> None:
    failed = Stack("infra", "stack-id", "CREATE_FAILED", NOW, {}, guarded=True)
    stubbed.stack("CREATE_FAILED", **({} if part else {"LastUpdatedTime": datetime(2026, 11, 24, tzinfo=UTC)}))
    if part:
        live = {**resource(part, "CREATE_COMPLETE", ""), "PhysicalResourceId": "x"}
        stubbed.answer("cloudformation", "list_stack_resources", {"StackResourceSummaries": [live]})
    prepared = Prepared(order, stubbed.clients, choices, failed, afresh=True)
    assert faults_of(lambda: execute(prepared, ignore))[0].problem == "somebody has deployed since the plan was made"
    stubbed.done()


def test_a_stack_that_somebody_is_creating_is_not_deleted(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    """Whoever executes a change set has none that waits; the stack's status says it, read right before."""
    stubbed.answer("cloudformation", "delete_change_set", {})
    stubbed.answer("cloudformation", "list_change_sets", {"Summaries": []})
    stubbed.stack("CREATE_IN_PROGRESS")
    discard(Prepared(order, stubbed.clients, choices, None, ChangeSet("set", "stack-id", "CREATE", ())))
    stubbed.done()


def test_a_change_set_that_cannot_be_removed_is_named(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.refuse("cloudformation", "delete_change_set", "AccessDenied")
    faults = faults_of(lambda: discard(waiting(stubbed, order, choices)))
    assert faults[1] == Fault(
        "dev (222222222222)",
        "the change set of the plan stays in AWS: set",
        "delete it: aws cloudformation delete-change-set --change-set-name set --region eu-west-1 --profile of-dev",
    )


def test_an_update_that_ended_before_it_could_be_stopped(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stubbed.identity()
    stubbed.stack("UPDATE_IN_PROGRESS")
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    stubbed.refuse("cloudformation", "cancel_update_stack", "ValidationError", "cannot be called from this status")
    stubbed.stack("UPDATE_COMPLETE")
    assert cancel(order, stubbed.clients, choices.pace, ignore) == ""
    stubbed.done()


def test_a_policy_that_was_never_opened_does_not_stay_open(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    stack = Stack("infra", "stack-id", "UPDATE_COMPLETE", NOW, {}, guarded=True)
    prepared = replace(waiting(stubbed, order, replace(choices, allow_replacement=True)), stack=stack)
    stubbed.refuse("cloudformation", "set_stack_policy", "ExpiredToken")
    assert [fault.problem for fault in faults_of(lambda: execute(prepared, ignore))] == [
        "the credentials have expired: profile of-dev"
    ]
    stubbed.done()


def test_a_protection_that_fails_after_the_change_set_was_carried_out(
    stubbed: Stubbed, order: Order, choices: Choices
) -> None:
    """The deployment is done, and the stack is not guarded: both are told, and what closes it."""
    stack = Stack("infra", "stack-id", "UPDATE_COMPLETE", NOW, {}, guarded=False)
    event = {"StackId": "stack-id", "StackName": "infra", "Timestamp": datetime(2026, 11, 23, tzinfo=UTC)}
    ended = {**event, "LogicalResourceId": "infra", "PhysicalResourceId": "stack-id", "ResourceType": STACK}
    ended |= {"EventId": "1", "ResourceStatus": "UPDATE_COMPLETE"}
    stubbed.answer("cloudformation", "set_stack_policy", {})
    stubbed.answer("cloudformation", "update_termination_protection", {})
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": []})
    stubbed.answer("cloudformation", "execute_change_set", {})
    stubbed.answer("cloudformation", "describe_stack_events", {"StackEvents": [ended]})
    stubbed.refuse("cloudformation", "set_stack_policy", "ExpiredToken")
    faults = faults_of(lambda: execute(replace(waiting(stubbed, order, choices), stack=stack), ignore))
    assert faults[-1] == Fault(
        "dev (222222222222)",
        "the change set was carried out, but the protection of the stack infra is not as it should be",
        "deploy again: iamgen deploy dev",
    )
    stubbed.done()
