"""Users who are in the groups of the stack and not in users.py."""

from __future__ import annotations

from typing import Any

from iamgen.deploy.target_account import TargetAccount
from iamgen.deploy.undeclared_members import undeclared_members
from iamgen.errors import Fault

Stubbed = Any
PEOPLE = TargetAccount("user-only", "1")
GROUPS = {
    f"{name}G": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": f"infra-{name}G-1"}} for name in ("A", "B")
}


def member(name: str) -> dict[str, Any]:
    return {"UserName": name, "Path": "/", "UserId": "A" * 20, "Arn": f"arn:aws:iam::1:user/{name}", "CreateDate": 1}


def group(*names: str, **more: Any) -> dict[str, Any]:
    about = {"GroupName": "g", "Path": "/", "GroupId": "A" * 20, "Arn": "arn:aws:iam::1:group/g", "CreateDate": 1}
    return {"Group": about, "Users": [member(name) for name in names], **more}


def test_who_is_in_no_declaration(stubbed: Stubbed) -> None:
    result = {"U": {"Type": "AWS::IAM::User", "Properties": {"UserName": "leaves-with-the-stack"}}}
    first = group("alice", "eve", "ci", "leaves-with-the-stack", IsTruncated=True, Marker="more")
    stubbed.answer("iam", "get_group", first, {"GroupName": "infra-AG-1"})
    stubbed.answer("iam", "get_group", group("Bob", "zed"), {"GroupName": "infra-AG-1", "Marker": "more"})
    stubbed.answer("iam", "get_group", group("eve"), {"GroupName": "infra-BG-1"})
    declared = frozenset({"alice", "bob", "ci"})
    template = {"Resources": {**GROUPS, **result}}
    hint = (
        "take {0} out of the groups alone with: iamgen deploy user-only --repair; "
        "to take everything from somebody who left: iamgen user offboard {0}"
    )
    assert list(undeclared_members(stubbed.clients.iam, PEOPLE, declared, template)) == [
        Fault("user-only (1)", "the IAM user eve is in AG, BG, and users.py does not declare eve", hint.format("eve")),
        Fault("user-only (1)", "the IAM user zed is in AG, and users.py does not declare zed", hint.format("zed")),
    ]
    stubbed.done()


def test_what_cannot_be_looked_at_is_said_and_a_group_that_is_gone_has_nobody(stubbed: Stubbed) -> None:
    stubbed.refuse("iam", "get_group", "AccessDenied")
    stubbed.refuse("iam", "get_group", "NoSuchEntity")
    result = list(undeclared_members(stubbed.clients.iam, PEOPLE, frozenset({"a"}), {"Resources": GROUPS}))
    assert [fault.problem for fault in result] == [
        "who is in AG was not looked at: AWS refuses GetGroup (AccessDenied)"
    ]
    stubbed.done()


def test_who_is_about_to_be_taken_out(stubbed: Stubbed) -> None:
    stubbed.answer("iam", "get_group", group("eve"), {"GroupName": "infra-AG-1"})
    stubbed.answer("iam", "get_group", group(), {"GroupName": "infra-BG-1"})
    iam, template = stubbed.clients.iam, {"Resources": GROUPS}
    (fault,) = undeclared_members(iam, PEOPLE, frozenset({"a"}), template, repairing=True)
    assert fault.hint == (
        "the repair takes them out of the groups; to take everything from somebody who left: iamgen user offboard eve"
    )


def test_an_account_without_people_is_not_asked(stubbed: Stubbed) -> None:
    assert (
        list(undeclared_members(stubbed.clients.iam, TargetAccount("dev", "2"), frozenset(), {"Resources": GROUPS}))
        == []
    )
    stubbed.done()


def test_a_group_whose_name_cloudformation_makes_is_said_not_to_be_looked_at(stubbed: Stubbed) -> None:
    template = {"Resources": {"G": {"Type": "AWS::IAM::Group", "Properties": {}}}}
    (fault,) = undeclared_members(stubbed.clients.iam, PEOPLE, frozenset({"a"}), template)
    assert fault.problem == "who is in G was not looked at: the template leaves the name to CloudFormation"
    stubbed.done()


def test_the_whole_message_for_groups_that_cannot_be_looked_at(stubbed: Stubbed) -> None:
    stubbed.refuse("iam", "get_group", "AccessDenied")
    unnamed = {"Type": "AWS::IAM::Group", "Properties": {}}
    template = {"Resources": {"AG": GROUPS["AG"], "NamelessG": unnamed}}
    assert list(undeclared_members(stubbed.clients.iam, PEOPLE, frozenset({"a"}), template)) == [
        Fault(
            "user-only (1)",
            "who is in AG was not looked at: AWS refuses GetGroup (AccessDenied)",
            "with iam:GetGroup iamgen would say who is in them and not in users.py",
        ),
        Fault(
            "user-only (1)",
            "who is in NamelessG was not looked at: the template leaves the name to CloudFormation",
            "give the group a name",
        ),
    ]
    stubbed.done()
