"""The rules of an offboarding and of its receipt, on accounts in memory."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.commands.requests import Consent
from iamgen.commands.user_offboard import offboard
from iamgen.commands.user_verify_receipt import VerifyReceiptRequest, verify_receipt
from iamgen.deploy.order import Choices
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import IamgenError, InterruptError
from iamgen.people.receipt import digest
from iamgen.people.user_execution import UserExecution
from iamgen.people.user_step_execution import carry_out_step
from iamgen.people.user_steps import RevokeSessions
from tests.people.conftest import console, messages, printed, valid
from tests.people.memory_aws import MemoryAWS, MemoryUser
from tests.people.test_offboarding_interrupted import NOW, request

WHERE = "user-only (111111111111)"


def policy(memory: MemoryAWS, role: str) -> Any:
    """Return the policy in dev that ended alice's sessions of a role, None where there is none."""
    return memory.iam["dev"].roles[role][1].get("iamgen-revoked-alice")


def alice(memory: MemoryAWS) -> MemoryUser | None:
    return memory.iam["user-only"].users.get("alice")


def test_a_second_run_changes_nothing(repository: Path, memory: MemoryAWS) -> None:
    offboard(request(repository), console())
    before = (repository / "offboarded-alice.json").read_bytes()
    written = console()
    assert offboard(request(repository), written) == 0
    assert "nothing is left to take from alice\n" in messages(written)
    assert (repository / "offboarded-alice.json").read_bytes() == before


def test_the_policies_that_ended_sessions_go_when_no_session_can_be_left(repository: Path, memory: MemoryAWS) -> None:
    offboard(request(repository), console())
    later = NOW + timedelta(hours=13)
    assert policy(memory, "legacy")
    written = console()
    assert offboard(request(repository, clock=lambda: later), written) == 0, messages(written)
    assert policy(memory, "legacy") is None
    assert "yes: no session called alice can be left in dev (222222222222)" in messages(written)
    written = console()
    assert offboard(request(repository, clock=lambda: later), written) == 0
    assert "nothing is left to take from alice\n" in messages(written)
    body = valid("offboarding-receipt", (repository / "offboarded-alice.json").read_text())
    assert (body["state"], len(body["runs"]), len(body["found"]["user"]["keys"])) == ("done", 2, 2)
    check = VerifyReceiptRequest(repository, repository / "offboarded-alice.json", clock=lambda: later)
    assert verify_receipt(check, console()) == 0


def test_a_user_may_be_kept_without_access_and_go_later(repository: Path, memory: MemoryAWS) -> None:
    written = console()
    assert offboard(request(repository, keep_user=True), written) == 0, messages(written)
    user = alice(memory)
    assert user
    assert (user.password, {key["Status"] for key in user.keys}) == (False, {"Inactive"})
    assert len(user.mfa) == 3
    assert "iamgen-offboarded" in user.inline
    assert "yes: the IAM user alice is denied everything\n" in messages(written)
    later = "after 2026-11-27T00:01:00Z, iamgen deploy --all --repair: it takes away the policies that ended sessions\n"
    assert f"left to do: {later}" in messages(written)
    body = valid("offboarding-receipt", (repository / "offboarded-alice.json").read_text())
    assert body["state"] == "access gone"
    assert verify_receipt(VerifyReceiptRequest(repository, repository / "offboarded-alice.json"), console()) == 0
    user.keys[0]["Status"] = "Active"
    checked = console()
    assert verify_receipt(VerifyReceiptRequest(repository, repository / "offboarded-alice.json"), checked) == 1
    assert "NO: no credential of alice works (AKIA1)\n" in printed(checked)
    assert offboard(request(repository), console()) == 0
    assert alice(memory) is None


def test_a_receipt_is_checked_for_changes_and_against_aws(repository: Path, memory: MemoryAWS) -> None:
    offboard(request(repository), console())
    file = repository / "offboarded-alice.json"
    check = VerifyReceiptRequest(repository, file, as_json=True, clock=lambda: NOW)
    written = console()
    assert verify_receipt(check, written) == 0
    body = valid("receipt-verification", printed(written))
    assert {check["holds"] for check in body["checks"]} == {True}
    memory.iam["dev"].roles["legacy"][1].clear()
    memory.iam["user-only"].add_user(MemoryUser("alice"))
    written = console()
    assert verify_receipt(VerifyReceiptRequest(repository, file, clock=lambda: NOW), written) == 1
    text = printed(written)
    assert text.startswith(f"{file}: unchanged since it was written; alice: done\n")
    assert "NO: the sessions called alice at 2 roles in dev (222222222222) are ended (legacy)\n" in text
    assert "yes: the IAM user alice is gone (AIDA" in text
    assert " is another user of that name)\n" in text
    file.write_text(file.read_text().replace('"holds": true', '"holds": false', 1))
    with pytest.raises(IamgenError) as refused:
        verify_receipt(check, console())
    (fault,) = refused.value.faults
    assert fault.problem == "was changed after it was written: its digest is of something else"
    assert fault.hint == "take the file as it was written, such as from git"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 1}', "\udcff", "[" * 100_000])
def test_what_is_no_receipt_is_refused(repository: Path, content: str) -> None:
    file = repository / "x.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(IamgenError) as refused:
        verify_receipt(VerifyReceiptRequest(repository, file), console())
    assert refused.value.faults == ((str(file), "is no receipt of user offboard", "name the .json that it wrote"),)
    with pytest.raises(IamgenError) as refused:
        verify_receipt(VerifyReceiptRequest(repository, repository / "none"), console())
    assert refused.value.faults[0][1:] == (
        "cannot be read: No such file or directory",
        "name the .json that user offboard wrote",
    )


def test_somebody_of_the_same_name_again_needs_another_receipt(repository: Path, memory: MemoryAWS) -> None:
    offboard(request(repository), console())
    memory.iam["user-only"].add_user(MemoryUser("alice"))
    with pytest.raises(IamgenError) as refused:
        offboard(request(repository), console())
    (fault,) = refused.value.faults
    assert fault.problem.startswith("is the receipt of another user of that name, AIDA")
    assert fault.hint == "name another file: --receipt FILE"
    assert offboard(request(repository, receipt=repository / "second.json"), console()) == 0
    with pytest.raises(IamgenError) as refused:
        offboard(request(repository, "erin", receipt=repository / "second.json"), console())
    assert refused.value.faults[0].problem == "is the receipt of alice"


def test_the_last_with_power_is_refused(repository: Path, memory: MemoryAWS) -> None:
    memory.iam["user-only"].users["erin"].groups.clear()
    with pytest.raises(IamgenError) as refused:
        offboard(request(repository), console())
    (fault,) = refused.value.faults
    assert fault.problem == "alice is the last in infra-PowerG-111111111111, who has power over IAM"
    hint = "put somebody else into it first: power=True, and iamgen user create; or --lock-me-out, if it is meant"
    assert fault.hint == hint
    assert offboard(request(repository, consent=Consent(dry_run=True), lock_me_out=True), console()) == 0


def test_nobody_and_machines_are_refused(repository: Path, memory: MemoryAWS) -> None:
    for name, hint in (("alcie", "did you mean alice?"), ("zoe", "iamgen user list shows everybody")):
        with pytest.raises(IamgenError) as refused:
            offboard(request(repository, name), console())
        problem = f"users.py declares no such person, and {WHERE} has no such IAM user"
        assert refused.value.faults == ((name, problem, hint),)
    with pytest.raises(IamgenError) as refused:
        offboard(request(repository, "ci"), console())
    assert refused.value.faults[0].problem == "this is a CI user, and no person"


def test_a_leaver_who_is_in_no_file_any_more_is_offboarded(repository: Path, memory: MemoryAWS) -> None:
    memory.iam["user-only"].add_user(MemoryUser("mallory"))
    written = console()
    assert offboard(request(repository, "mallory"), written) == 0, messages(written)
    assert "mallory" not in memory.iam["user-only"].users


def test_users_py_is_edited_where_literals_name_the_leaver(repository: Path, memory: MemoryAWS) -> None:
    memory.iam["user-only"].add_user(MemoryUser("bob", "/auditors/"))
    written = console()
    assert offboard(request(repository, "bob"), written) == 0
    assert 'left to do: take out of users.py, line 5: User("bob", {"dev": "OpsR"}' in messages(written)
    written = console()
    assert offboard(request(repository, "bob", edit=True), written) == 0
    assert "took bob out of users.py\n" in messages(written)
    text = (repository / "users.py").read_text()
    assert "bob" not in text
    assert 'Group("AuditG", members=(), ' in text
    assert "left to do: take out" not in messages(written)


def test_users_py_stays_when_it_would_not_load_without_the_leaver(repository: Path, memory: MemoryAWS) -> None:
    file = repository / "users.py"
    file.write_text(file.read_text() + "assert USERS[2].name == 'erin'\n")
    before = file.read_bytes()
    written = console()
    assert offboard(request(repository, edit=True), written) == 0
    assert "alice stays in it, for without them it does not load: " in messages(written)
    assert "hint: edit it by hand\n" in messages(written)
    assert file.read_bytes() == before


def test_a_namesake_in_another_account_is_named_and_stays(repository: Path, memory: MemoryAWS) -> None:
    memory.iam["dev"].add_user(MemoryUser("Alice"))
    written = console()
    assert offboard(request(repository), written) == 1
    text = messages(written)
    problem = "an IAM user Alice is in dev as well, and stays"
    assert f"warning: dev (222222222222): {problem}\nhint: offboard it by hand, if it is theirs\n" in text
    assert "NO: no IAM user of that name is in dev (222222222222) (Alice is: whose it is, iamgen does not know" in text


def test_sessions_of_other_names_are_mentioned_or_ended(repository: Path, memory: MemoryAWS) -> None:
    written = console()
    offboard(request(repository, consent=Consent(dry_run=True)), written)
    problem = "sessions of roles that are not called alice are not ended: a session may have any name"
    hint = "--revoke-all-sessions ends everybody's; Settings(session_name_is_user=True) leaves no other name"
    assert f"warning: {WHERE}: {problem}\nhint: {hint}\n" in messages(written)
    written = console()
    assert offboard(request(repository, every_session=True), written) == 0
    assert "a session may have any name" not in messages(written)
    assert "of roles that have another name" not in messages(written)
    assert set(policy(memory, "legacy")["Statement"][0]["Condition"]) == {"DateLessThan"}


def test_sessions_are_ended_even_when_the_user_is_gone_already(repository: Path, memory: MemoryAWS) -> None:
    del memory.iam["user-only"].users["alice"]
    assert offboard(request(repository), console()) == 0
    assert policy(memory, "legacy")


def test_no_terminal_and_no_yes_is_refused_before_anything(repository: Path) -> None:
    with pytest.raises(IamgenError) as refused:
        offboard(request(repository, consent=Consent()), console())
    assert refused.value.faults[0].where == "user offboard"


def test_a_no_changes_nothing(repository: Path, memory: MemoryAWS) -> None:
    written = console("n\n", terminal=True)
    assert offboard(request(repository, consent=Consent(), as_json=True), written) == 1
    assert messages(written).endswith("nothing was done\n")
    assert valid("offboarding", printed(written))["done"] is False
    assert alice(memory)


def test_an_interrupted_offboarding_proves_nothing(repository: Path, memory: MemoryAWS) -> None:
    def fail(_number: int, name: str, is_after: bool) -> None:  # as MemoryAWS calls it
        if name == "delete_user" and not is_after:
            raise KeyboardInterrupt

    memory.fail = fail
    with pytest.raises(InterruptError):
        offboard(request(repository), console())
    with pytest.raises(IamgenError) as refused:
        verify_receipt(VerifyReceiptRequest(repository, repository / "offboarded-alice.json"), console())
    (fault,) = refused.value.faults
    assert fault.problem == "the offboarding was interrupted, and nothing is proven"
    assert fault.hint == "iamgen user offboard alice goes on from there"


def test_what_is_left_to_do_is_said(repository: Path, memory: MemoryAWS) -> None:
    written = console()
    offboard(request(repository), written)
    text = messages(written)
    trusting = "infra-AdminR-222222222222 in dev"
    assert f"left to do: iamgen deploy --all, without alice in users.py: {trusting} trust them\n" in text
    later = "after 2026-11-27T00:01:00Z, iamgen user offboard alice: it takes away the policies that ended sessions"
    assert f"left to do: {later}\n" in text
    other = "sessions of roles that have another name than alice go on to their end, as a rule by 2026-11-27T00:01:00Z"
    assert f"left to do: {other}\n" in text


def test_a_role_that_only_services_assume_and_aws_own_are_left_alone(repository: Path, memory: MemoryAWS) -> None:
    memory.iam["dev"].add_role("ec2")
    assert offboard(request(repository), console()) == 0
    assert policy(memory, "ec2") is None


def test_somebody_whom_no_literal_names_is_left_to_a_person(repository: Path, memory: MemoryAWS) -> None:
    file = repository / "users.py"
    file.write_text(file.read_text().replace('"alice"', '"ali" "ce"').replace('"ali" "ce"', '"".join(["ali", "ce"])'))
    before = file.read_bytes()
    written = console()
    assert offboard(request(repository, edit=True), written) == 0
    text = "take alice out of users.py, which declares them without a literal of the name"
    assert f"left to do: {text}\n" in messages(written)
    assert file.read_bytes() == before


def test_a_receipt_of_somebodys_own_making_is_refused(repository: Path) -> None:
    body: dict[str, Any] = {
        key: {} for key in ("state", "user", "accounts", "found", "runs", "proven", "remaining")
    } | {"version": 1}
    file = repository / "made.json"
    file.write_text(json.dumps({**body, "sha256": digest(body)}))
    with pytest.raises(IamgenError) as refused:
        verify_receipt(VerifyReceiptRequest(repository, file), console())
    assert refused.value.faults[0].problem == "is no receipt of user offboard"


@pytest.mark.parametrize(
    ("date", "untils"),
    [
        ("Thu, 26 Nov 2026 12:00:05 GMT", ["12:01:00"]),
        ("Thu, 26 Nov 2026 12:04:00 GMT", ["12:01:00", "12:05:00"]),  # ours is behind
        ("Thu, 26 Nov 2026 12:04:00 GMT, Thu, 26 Nov 2026 12:04:00 GMT", ["12:01:00"]),  # a proxy added its own
        ("Thu, 26 Nov 2026 12:04:00 -0000", ["12:01:00"]),
        ("soon", ["12:01:00"]),
        (None, ["12:01:00"]),
    ],
)
def test_sessions_end_by_the_clock_of_aws_where_its_answer_says_the_time(date: str | None, untils: list[str]) -> None:
    """A header that a proxy has spoilt ended an offboarding midway, before the credentials were made inactive."""
    reported: list[str] = []

    class Iam:
        def put_role_policy(self, *, PolicyDocument: str, **_: str) -> dict[str, Any]:  # noqa: N803  # as AWS has it
            reported.extend(re.findall(r"2026-11-26T([\d:]+)Z", PolicyDocument))
            headers = {} if date is None else {"date": date}
            return {"ResponseMetadata": {"HTTPHeaders": headers}}

    clients: Any = Clients(lambda _: Iam(), Credentials("of-dev"), "eu-west-1")
    account = TargetAccount("dev", "222222222222")
    carry_out_step(RevokeSessions("R", "alice"), UserExecution(account, clients, Choices(NOW), clock=lambda: NOW))
    assert reported == untils
