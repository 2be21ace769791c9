"""Why an operation failed, in plain words."""

from __future__ import annotations

import pytest

from iamgen.deploy.events import Event, OperationOutcome
from iamgen.deploy.failure import explained, failed_for_good, invalid_principal, not_rolled_back
from iamgen.errors import Fault

BOB = "arn:aws:iam::111111111111:user/bob"


def outcome(*reasons: str, status: str = "UPDATE_ROLLBACK_COMPLETE") -> OperationOutcome:
    failed = [Event("ReadR", "AWS::IAM::Role", "UPDATE_FAILED", reason, of_stack=False) for reason in reasons]
    return OperationOutcome(status, (*failed, Event("infra", "AWS::CloudFormation::Stack", status, "", of_stack=True)))


def handler(message: str) -> str:
    return f'Resource handler returned message: "{message}" (RequestToken: 1-2, HandlerErrorCode: InvalidRequest)'


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        (
            handler(f'Invalid principal in policy: "AWS":"{BOB}" (Service: Iam, Status Code: 400, Request ID: x)'),
            Fault(
                "dev ReadR",
                f"it trusts the user bob, who does not exist: {BOB}",
                "create bob in the account of the people, with that path, or take bob out of users.py; deploy again",
            ),
        ),
        (
            handler('Invalid principal in policy: "AWS":"arn:aws:iam::9:role/x" (Service: Iam)'),
            Fault(
                "dev ReadR",
                "it trusts arn:aws:iam::9:role/x, who does not exist",
                "create it, or take it out of the trust",
            ),
        ),
        (
            handler("Role with name infra-ReadR already exists. (Service: Iam)"),
            Fault(
                "dev ReadR",
                "something of its name is there already, and is not this stack's"
                " (Role with name infra-ReadR already exists. (Service: Iam))",
                "delete it, or put yours beside it under another name: iamgen docs how-to, under Adopt what exists",
            ),
        ),
        (
            handler(
                "User: arn:aws:sts::2:assumed-role/CI/x is not authorized to perform: iam:CreateRole on resource:"
                " arn:aws:iam::2:role/r because no identity-based policy allows the iam:CreateRole action"
            ),
            Fault(
                "dev ReadR",
                "arn:aws:sts::2:assumed-role/CI/x may not do iam:CreateRole on arn:aws:iam::2:role/r",
                "give it iam:CreateRole, or deploy as somebody who has it",
            ),
        ),
        (
            "Action denied by stack policy: Statement [#1] does not allow [Update:Replace]",
            Fault(
                "dev ReadR",
                "the stack's policy forbids it: groups and roles are not replaced or deleted by accident"
                " (Action denied by stack policy: Statement [#1] does not allow [Update:Replace])",
                "--allow-replacement, if it is meant",
            ),
        ),
        (
            "Something nobody has seen",
            Fault(
                "dev ReadR",
                "Something nobody has seen",
                "AWS has put everything back as it was; mend the cause, and deploy again",
            ),
        ),
    ],
)
def test_first_cause(reason: str, fault: Fault) -> None:
    assert explained("dev", outcome(reason, "something later"), {BOB}) == fault


def test_what_was_given_up_because_of_another_is_no_cause() -> None:
    fault = explained("dev", outcome("Resource update cancelled", "Resource creation cancelled", "the cause"), ())
    assert fault.problem == "the cause"


def test_no_cause_at_all() -> None:
    assert explained("dev", outcome(status="ROLLBACK_FAILED"), ()) == Fault(
        "dev", "it ended in ROLLBACK_FAILED", "deploy again: it says what the stack needs"
    )


@pytest.mark.parametrize(
    ("reason", "arn"),
    [
        (handler(f'Invalid principal in policy: "AWS":"{BOB}" (Service: Iam)'), BOB),
        (f'Invalid principal in policy: "AWS":"{BOB}" (Service: AmazonIdentityManagement; Status Code: 400)', BOB),
        ("Rate exceeded", ""),
    ],
)
def test_who_is_missing(reason: str, arn: str) -> None:
    assert invalid_principal(outcome(reason)) == arn


USED = "Cannot delete entity, must delete access keys first. (Service: Iam)"


def event(logical_id: str, status: str, reason: str = "", physical_id: str = "") -> Event:
    return Event(logical_id, "AWS::IAM::User", status, handler(reason), of_stack=False, physical_id=physical_id)


def ended(status: str, *events: Event) -> OperationOutcome:
    return OperationOutcome(status, (*events, Event("infra", "AWS::CloudFormation::Stack", status, "", of_stack=True)))


def test_what_aws_gives_up_is_a_fault_though_the_operation_ends_well() -> None:
    """CloudFormation tries it three times: that is one fault."""
    tries = [event("UserCarol", text, USED, "carol") for text in ("DELETE_IN_PROGRESS", "DELETE_FAILED")] * 3
    (fault,) = failed_for_good("dev", ended("UPDATE_COMPLETE", *tries), " --profile x")
    assert fault == Fault(
        "dev UserCarol",
        "AWS could not delete the User carol: it still has something that the stack did not give it: keys, a password,"
        f" MFA devices, policies ({USED}). It is still there, and no deployment deletes it;"
        " its access keys and whatever it may do still work",
        "take away what it still has, and delete it by hand: aws iam delete-user --user-name carol --profile x",
    )


def test_what_works_at_a_later_try_is_no_fault() -> None:
    tries = [event("UserCarol", text, USED, "carol") for text in ("DELETE_FAILED", "DELETE_COMPLETE")]
    assert list(failed_for_good("dev", ended("UPDATE_COMPLETE", *tries))) == []


def test_of_a_replaced_resource_the_old_one_may_stay() -> None:
    new, old = event("U", "UPDATE_COMPLETE", "", "new"), event("U", "DELETE_FAILED", USED, "old")
    (fault,) = failed_for_good("dev", ended("UPDATE_COMPLETE", new, old))
    assert "delete the User old" in fault.problem


def test_any_other_failure_in_an_operation_that_ends_well_is_a_fault_too() -> None:
    (fault,) = failed_for_good("dev", ended("UPDATE_COMPLETE", event("U", "UPDATE_FAILED", "Oh")))
    assert (fault.where, fault.problem) == ("dev U", "Oh")


def test_what_stays_after_a_rollback_is_told_besides_the_cause() -> None:
    failed, stays = event("A", "UPDATE_FAILED", "Oh", "a"), event("B", "DELETE_FAILED", USED, "b")
    outcome = ended("UPDATE_ROLLBACK_COMPLETE", failed, event("A", "UPDATE_COMPLETE", "", "a"), stays)
    assert [fault.where for fault in not_rolled_back("dev", outcome)] == ["dev B"]
    assert explained("dev", outcome, ()).hint.startswith("AWS has put back all but what is named besides")
    assert list(failed_for_good("dev", ended("UPDATE_COMPLETE", event("A", "UPDATE_COMPLETE")))) == []


BY_HAND = {
    "AWS::IAM::AccessKey": "aws iam delete-access-key --access-key-id x --user-name USER",
    "AWS::IAM::Group": "aws iam delete-group --group-name x",
    "AWS::IAM::ManagedPolicy": "aws iam delete-policy --policy-arn x",
    "AWS::IAM::OIDCProvider": "aws iam delete-open-id-connect-provider --open-id-connect-provider-arn x",
    "AWS::IAM::Role": "aws iam delete-role --role-name x",
    "AWS::IAM::User": "aws iam delete-user --user-name x",
}


@pytest.mark.parametrize(("kind", "command"), BY_HAND.items())
def test_what_aws_could_not_delete_is_named_with_the_command(kind: str, command: str) -> None:
    event = Event("Thing", kind, "DELETE_FAILED", "", of_stack=False, physical_id="x")
    works = "; its access keys and whatever it may do still work" if kind.endswith("User") else ""
    assert list(failed_for_good("dev", OperationOutcome("UPDATE_COMPLETE", (event,)), " --profile dev")) == [
        Fault(
            "dev Thing",
            f"AWS could not delete the {kind.rpartition('::')[2]} x: AWS does not say why. "
            f"It is still there, and no deployment deletes it{works}",
            f"take away what it still has, and delete it by hand: {command} --profile dev",
        )
    ]


def test_what_failed_without_a_reason_although_the_operation_ended_well() -> None:
    event = Event("ReadR", "AWS::IAM::Role", "UPDATE_FAILED", "", of_stack=False)
    assert list(failed_for_good("dev", OperationOutcome("UPDATE_COMPLETE", (event,)))) == [
        Fault(
            "dev ReadR",
            "it is UPDATE_FAILED, although the operation ended in UPDATE_COMPLETE",
            "look at it in the account, and deploy again",
        )
    ]
