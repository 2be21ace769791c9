"""An offboarding that ends at any request, and goes on to the same end; in this process, on accounts in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from iamgen.aws_client.polling import Pace
from iamgen.commands.requests import Consent
from iamgen.commands.user_offboard import OffboardRequest, offboard
from iamgen.commands.user_verify_receipt import VerifyReceiptRequest, verify_receipt
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import IamgenError, InterruptError
from iamgen.people.creation import creation_plan
from iamgen.people.declared_person import declared_person
from iamgen.people.people_account import sign_in_to_people
from iamgen.people.receipt import read_receipt
from iamgen.project import Project
from tests.people.conftest import GROUPS, console, messages, printed
from tests.people.memory_aws import MemoryAWS, MemoryIAM, MemoryUser, use, world

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ALICE = "arn:aws:iam::111111111111:user/alice"
POWER = GROUPS[2]


def request(repository: Path, name: str = "alice", **settings: Any) -> OffboardRequest:
    settings = {"consent": Consent(yes=True), "pace": Pace(lambda _: None), "clock": lambda: NOW, **settings}
    return OffboardRequest(repository, name, **settings)


def run(repository: Path, **settings: Any) -> tuple[int, str]:
    """Run an offboarding to whatever end; return its exit code, and what it says."""
    written = console()
    try:
        return offboard(request(repository, **settings), written), messages(written)
    except InterruptError as exc:
        return 130, str(exc)
    except IamgenError as exc:
        return 1, str(exc)


def test_an_uninterrupted_run_takes_everything(repository: Path, memory: MemoryAWS) -> None:
    code, text = run(repository)
    assert code == 0, text
    after = memory.snapshot()
    assert set(after["user-only"]["users"]) == {"erin"}
    assert after["user-only"]["devices"] == set()
    assert after["dev"]["roles"] == {
        "infra-AdminR-222222222222": ["iamgen-revoked-alice"],
        "legacy": ["iamgen-revoked-alice"],
    }
    requests = list(memory.requests)
    deny, revoke = requests.index("put_user_policy"), requests.index("put_role_policy")
    first_change = next(name for name in requests if name.startswith(("delete", "update", "remove", "deactivate")))
    assert deny < revoke < requests.index("update_access_key") == requests.index(first_change)
    assert requests.index("delete_user_permissions_boundary") < requests.index("delete_user")


LOST = ConnectionClosedError(endpoint_url="https://iam.amazonaws.com")
"""The answer to a request does not arrive."""


@pytest.fixture
def quick(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read users.py once, and wait for no disk."""
    project = Project.load(repository, NOW)
    monkeypatch.setattr(Project, "load", lambda *_: project)
    monkeypatch.setattr("os.fsync", lambda _: None)


def failing(at: int, exc: BaseException | type[BaseException], *, after: bool) -> Any:
    def fail(number: int, _name: str, is_after: bool) -> None:
        if number == at and is_after is after:
            raise exc

    return fail


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("exc", "after", "keep"),
    [(LOST, True, False), (KeyboardInterrupt, True, False), (LOST, True, True)],
    ids=["answer lost", "interrupted", "answer lost, the user is kept"],
)
def test_interrupted_at_any_request_it_goes_on_to_the_same_end(
    exc: BaseException | type[BaseException], after: bool, keep: bool, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = world()
    use(whole, monkeypatch)
    assert run(repository, keep_user=keep, receipt=repository / "whole.json")[0] == 0
    expected = whole.snapshot()
    for at in moments(whole.requests, every=exc is LOST and not keep):
        aws, receipt = world(), repository / f"{at}.json"
        use(aws, monkeypatch)
        aws.fail = failing(at, exc, after=after)
        stopped = run_quietly(repository, keep_user=keep, receipt=receipt)
        aws.fail = lambda _number, _name, _is_after: None
        code, text = run(repository, keep_user=keep, receipt=receipt)
        assert code == 0, (at, aws.requests[at - 1], stopped, text)
        assert normal(aws.snapshot()) == normal(expected), (at, aws.requests[at - 1])
        body = read_receipt(receipt).body
        assert body["state"] == ("access gone" if keep else "done")
        assert len(body["found"]["user"]["keys"]) == 2
        done = len(aws.requests)
        assert run(repository, keep_user=keep, receipt=receipt)[0] == 0
        assert not [name for name in aws.requests[done:] if not name.startswith(("get_", "list_"))], (
            "it changes nothing"
        )


def moments(requests: list[str], *, every: bool) -> list[int]:
    """Return the numbers of the requests at which it ends: all of them, or the first and those that change something."""
    numbers = range(1, len(requests) + 1)
    return [at for at in numbers if every or at == 1 or not requests[at - 1].startswith(("get_", "list_"))]


def run_quietly(repository: Path, **settings: Any) -> str:
    try:
        return str(run(repository, **settings))
    except KeyboardInterrupt:  # before anything was done
        return "interrupted"


def normal(snapshot: Any) -> Any:
    """Return what is compared: the time of a denial is another in another run."""
    for account in snapshot.values():
        for user in account["users"].values():
            user.inline = dict.fromkeys(user.inline, "")
    return snapshot


def test_an_interruption_says_how_far_it_came_and_the_receipt_too(repository: Path, memory: MemoryAWS) -> None:
    def fail(_number: int, name: str, is_after: bool) -> None:
        if name == "delete_login_profile" and not is_after:
            raise KeyboardInterrupt

    memory.fail = fail
    code, text = run(repository)
    assert code == 130
    assert "interrupted: 9 of 28 steps are done, as the receipt says" in text
    with pytest.raises(InterruptError) as interrupted:
        offboard(request(repository), console())
    assert interrupted.value.faults[0].hint == "iamgen user offboard alice goes on from there"
    body = read_receipt(repository / "offboarded-alice.json").body
    states = [step["state"] for run_ in body["runs"][:1] for step in run_["steps"]["user-only"]]
    assert (body["state"], states[:7], states.count("not tried")) == (
        "begun",
        ["done"] * 6 + ["not tried"],
        len(states) - 6,
    )


def denying(*names: str) -> Any:
    def fail(_number: int, name: str, is_after: bool) -> None:
        if name in names and not is_after:
            action = "".join(part.title() for part in name.split("_"))
            message = f"User: arn:aws:iam::111111111111:user/ops is not authorized to perform: iam:{action}"
            answer = {
                "Error": {"Code": "AccessDenied", "Message": message},
                "ResponseMetadata": {"HTTPStatusCode": 403},
            }
            raise ClientError(answer, action)

    return fail


@pytest.mark.parametrize(
    "name",
    ["delete_login_profile", "deactivate_mfa_device", "remove_user_from_group", "delete_access_key", "put_role_policy"],
)
def test_without_one_permission_the_rest_is_done_and_the_action_is_named(
    name: str, repository: Path, memory: MemoryAWS
) -> None:
    memory.fail = denying(name)
    code, text = run(repository)
    assert code == 1
    action = "".join(part.title() for part in name.split("_"))
    assert f"arn:aws:iam::111111111111:user/ops may not do iam:{action}\n" in text
    users = memory.iam["user-only"].users
    assert ("alice" in users) == (name != "put_role_policy")
    if "alice" in users:
        assert "iamgen-offboarded" in users["alice"].inline  # the Deny stays as long as the user does
        assert all(key["Status"] == "Inactive" for key in users["alice"].keys)
    memory.fail = lambda _number, _name, _is_after: None
    assert run(repository)[0] == 0
    assert set(memory.snapshot()["user-only"]["users"]) == {"erin"}
    assert all(policies for policies in memory.snapshot()["dev"]["roles"].values())


def test_policies_and_boundary_stay_while_the_user_is_not_denied(repository: Path, memory: MemoryAWS) -> None:
    """They may hold Denies: without iamgen's own, taking them away would give access."""
    memory.fail = denying("put_user_policy")
    code, _ = run(repository)
    alice = memory.iam["user-only"].users["alice"]
    assert code == 1
    assert (alice.password, len(alice.groups), list(alice.inline), bool(alice.boundary)) == (
        False,
        3,
        ["by-hand"],
        True,
    )
    assert all(key["Status"] == "Inactive" for key in alice.keys) or not alice.keys


def test_without_room_for_a_policy_aws_own_denies_everything(repository: Path, memory: MemoryAWS) -> None:
    def fail(_number: int, name: str, is_after: bool) -> None:
        if name == "put_user_policy" and not is_after:
            raise ClientError({"Error": {"Code": "LimitExceeded", "Message": ""}}, "PutUserPolicy")

    memory.fail = fail
    attached: list[list[str]] = []
    users = memory.iam["user-only"].users

    def delete_boundary(**_: str) -> None:
        attached.append(list(users["alice"].attached))
        users["alice"].boundary = ""

    memory.iam["user-only"].delete_user_permissions_boundary = delete_boundary  # type: ignore[method-assign]
    assert run(repository)[0] == 0
    assert attached == [["arn:aws:iam::aws:policy/AWSDenyAll"]]  # to the end
    assert "alice" not in memory.iam["user-only"].users


def test_a_kept_user_whom_aws_own_policy_denies_is_denied(repository: Path, memory: MemoryAWS) -> None:
    def fail(_number: int, name: str, is_after: bool) -> None:
        if name == "put_user_policy" and not is_after:
            raise ClientError({"Error": {"Code": "LimitExceeded", "Message": ""}}, "PutUserPolicy")

    memory.fail = fail
    code, text = run(repository, keep_user=True)
    assert code == 0, text
    denial = "arn:aws:iam::aws:policy/AWSDenyAll"
    assert denial in memory.iam["user-only"].users["alice"].attached
    project = Project.load(repository, NOW)
    people = sign_in_to_people(project.declaration, CredentialChoice(None, None), NOW)
    plan = creation_plan(people, declared_person(project.declaration, "alice"))
    problem = "alice is denied everything by AWS's policy AWSDenyAll, which somebody has attached"
    (remark,) = [remark for remark in plan.remarks if remark.problem == problem]
    command = f"aws iam detach-user-policy --user-name alice --policy-arn {denial}"
    assert remark.hint == f"if they are to be let in: {command} --region eu-west-1 --profile of-user-only"


def test_expired_credentials_stop_it_and_say_what_is_left(repository: Path, memory: MemoryAWS) -> None:
    def fail(number: int, name: str, is_after: bool) -> None:
        if "delete_access_key" in memory.requests and not is_after:
            raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, name)

    memory.fail = fail
    code, text = run(repository)
    assert code == 1
    assert "the credentials have expired: profile of-user-only" in text
    assert read_receipt(repository / "offboarded-alice.json").body["state"] == "begun"
    memory.fail = lambda _number, _name, _is_after: None
    assert run(repository)[0] == 0


def test_throttling_is_passed_on_and_the_next_run_finishes(repository: Path, memory: MemoryAWS) -> None:
    def fail(_number: int, name: str, is_after: bool) -> None:
        if name == "remove_user_from_group" and not is_after:
            raise ClientError({"Error": {"Code": "Throttling", "Message": "slow"}}, "RemoveUserFromGroup")

    memory.fail = fail
    code, text = run(repository)
    assert code == 1
    assert "AWS takes no more requests for now (RemoveUserFromGroup: Throttling)" in text
    memory.fail = lambda _number, _name, _is_after: None
    assert run(repository)[0] == 0


def test_what_passes_is_tried_again(repository: Path, memory: MemoryAWS) -> None:
    tries = iter(["EntityTemporarilyUnmodifiable", "ConcurrentModification"])

    def fail(_number: int, name: str, is_after: bool) -> None:
        code = next(tries, "") if name == "delete_login_profile" and not is_after else ""
        if code:
            raise ClientError({"Error": {"Code": code, "Message": code}}, name)

    memory.fail = fail
    assert run(repository)[0] == 0


def test_two_who_offboard_at_once_come_to_the_same_end(repository: Path, memory: MemoryAWS) -> None:
    """Right before the second deletes the user, the first has already done all of it."""
    other = repository / "other.json"

    def fail(_number: int, name: str, is_after: bool) -> None:
        if name == "update_access_key" and not is_after:
            memory.fail = lambda _number, _name, _is_after: None
            memory.lock.release()
            try:
                assert run(repository, receipt=other)[0] == 0
            finally:
                memory.lock.acquire()

    memory.fail = fail
    code, text = run(repository)
    assert code == 0, text
    assert set(memory.snapshot()["user-only"]["users"]) == {"erin"}


@pytest.mark.parametrize("caller", [ALICE, "arn:aws:sts::111111111111:assumed-role/infra-OpsR-111111111111/alice"])
def test_oneself_is_refused(caller: str, repository: Path, memory: MemoryAWS) -> None:
    memory.sts["user-only"].identity["Arn"] = caller
    code, text = run(repository)
    assert (code, text) == (
        1,
        "user-only (111111111111): you are signed in as alice, so the offboarding would stop half way",
    )
    assert memory.iam["user-only"].users["alice"].password
    with pytest.raises(IamgenError) as refused:
        offboard(request(repository), console())
    assert refused.value.faults[0].hint == "let somebody else do it"


def test_doubt_about_the_last_with_power_refuses(repository: Path, memory: MemoryAWS) -> None:
    memory.fail = denying("get_group")
    code, text = run(repository)
    assert code == 1
    assert text.endswith(f"who else is in {POWER} cannot be looked at: iam:GetGroup")


def test_what_cannot_be_looked_at_is_said_before_and_in_the_end(repository: Path, memory: MemoryAWS) -> None:
    memory.fail = denying("list_ssh_public_keys")
    code, text = run(repository)
    assert code == 1
    problem = "the ssh keys of alice cannot be looked at: iam:ListSSHPublicKeys"
    assert (
        f"warning: user-only (111111111111): {problem}\nhint: with iam:ListSSHPublicKeys they are taken away "
        "as well; until then the user stays, denied everything" in text
    )
    assert "NO: the IAM user alice is gone" in text
    assert "iamgen-offboarded" in memory.iam["user-only"].users["alice"].inline  # an SSH key may work
    code, text = run(repository)
    assert (code, "of what could be looked at, nothing is left to take from alice\n" in text) == (1, True)


@pytest.mark.parametrize("name", ["list_access_keys", "list_attached_user_policies", "get_login_profile"])
def test_whoever_may_have_something_that_nobody_saw_stays_denied(
    name: str, repository: Path, memory: MemoryAWS
) -> None:
    memory.fail = denying(name)
    assert run(repository)[0] == 1
    assert "iamgen-offboarded" in memory.iam["user-only"].users["alice"].inline
    memory.fail = lambda _number, _name, _is_after: None
    assert run(repository)[0] == 0
    assert "alice" not in memory.iam["user-only"].users


def test_a_user_whom_aws_does_not_delete_is_denied_everything_again(repository: Path, memory: MemoryAWS) -> None:
    """Somebody makes a key for the leaver after they were read."""
    users = memory.iam["user-only"].users

    def fail(_number: int, name: str, is_after: bool) -> None:
        if name == "delete_user" and not is_after and not users["alice"].keys:
            users["alice"].keys.append({"AccessKeyId": "AKIANEW", "Status": "Active", "CreateDate": NOW})

    memory.fail = fail
    code, text = run(repository)
    assert (code, "DeleteConflict" in text) == (1, True)
    assert "iamgen-offboarded" in users["alice"].inline
    memory.fail = lambda _number, _name, _is_after: None
    assert run(repository)[0] == 0
    assert "alice" not in users


def test_devices_that_cannot_be_listed_are_not_said_to_be_gone(repository: Path, memory: MemoryAWS) -> None:
    memory.fail = denying("delete_virtual_mfa_device")
    assert run(repository)[0] == 1
    memory.fail = denying("list_virtual_mfa_devices")
    code, text = run(repository)
    assert code == 1
    refused = "MFA devices of alice that nobody has cannot be looked at: iam:ListVirtualMfaDevices\n"
    assert f"{refused}hint: with iam:ListVirtualMfaDevices they are deleted as well\n" in text
    assert "not looked at: no MFA device of alice is left (iam:ListVirtualMfaDevices)\n" in text
    code, text = run(repository)
    assert (code, "of what could be looked at, nothing is left" in text) == (1, True)
    memory.fail = lambda _number, _name, _is_after: None
    assert run(repository)[0] == 0


def test_a_kept_user_whose_denial_cannot_be_read_is_not_said_to_be_let_in(repository: Path, memory: MemoryAWS) -> None:
    assert run(repository, keep_user=True)[0] == 0
    memory.fail = denying("get_user_policy")
    code, text = run(repository, keep_user=True)
    assert code == 1
    assert "not looked at: the IAM user alice is denied everything (iam:GetUserPolicy)\n" in text


def test_when_a_key_was_used_does_not_matter_to_who_leaves(repository: Path, memory: MemoryAWS) -> None:
    memory.fail = denying("get_access_key_last_used")
    code, text = run(repository)
    assert (code, "use of" in text) == (0, False), text


def test_a_name_in_another_case_is_refused(repository: Path, memory: MemoryAWS) -> None:
    users = memory.iam["user-only"].users
    memory.iam["user-only"].add_user(MemoryUser("Mallory"))
    ask = memory.iam["user-only"].get_user
    memory.iam["user-only"].get_user = lambda *, UserName: ask(  # type: ignore[method-assign]  # noqa: N803
        UserName=next((name for name in users if name.casefold() == UserName.casefold()), UserName)
    )
    with pytest.raises(IamgenError) as refused:
        offboard(request(repository, "mallory"), console())
    (fault,) = refused.value.faults
    assert (fault.problem, fault.hint) == (
        "the IAM user is called Mallory, and sessions go by the name to the letter",
        "type Mallory",
    )
    del users["alice"]
    memory.iam["user-only"].add_user(MemoryUser("Alice"))
    with pytest.raises(IamgenError) as refused:
        offboard(request(repository), console())
    (fault,) = refused.value.faults
    assert (fault.problem, fault.hint) == (
        "users.py declares alice, and the IAM user is called Alice",
        "aws iam update-user --user-name Alice --new-user-name alice first",
    )


def test_sessions_that_were_ended_before_a_return_are_ended_again(repository: Path, memory: MemoryAWS) -> None:
    """Somebody is offboarded, comes back, and leaves again: a policy of the first time ends no session of the second."""
    assert run(repository, keep_user=True)[0] == 0
    memory.iam["user-only"].users["alice"].inline.pop("iamgen-offboarded")
    later = NOW + timedelta(hours=3)
    assert run(repository, keep_user=True, clock=lambda: later)[0] == 0
    _, inline = memory.iam["dev"].roles["legacy"]
    condition = inline["iamgen-revoked-alice"]["Statement"][0]["Condition"]
    assert condition["DateLessThan"]["aws:TokenIssueTime"] == "2026-11-26T15:01:00Z"


def test_an_older_end_of_sessions_is_not_taken_for_that_of_an_interrupted_run(
    repository: Path, memory: MemoryAWS
) -> None:
    """As above, and the second time stops between the Deny on the user and the end of the sessions."""
    assert run(repository, keep_user=True)[0] == 0
    memory.iam["user-only"].users["alice"].inline.pop("iamgen-offboarded")
    later = NOW + timedelta(hours=3)
    memory.fail = denying("put_role_policy")
    code, text = run(repository, keep_user=True, clock=lambda: later)
    assert code == 1
    assert "NO: the sessions called alice at 2 roles in dev (222222222222) are ended (infra-AdminR" in text
    assert "iamgen-offboarded" in memory.iam["user-only"].users["alice"].inline
    memory.fail = lambda _number, _name, _is_after: None
    assert run(repository, keep_user=True, clock=lambda: later)[0] == 0
    _, inline = memory.iam["dev"].roles["legacy"]
    condition = inline["iamgen-revoked-alice"]["Statement"][0]["Condition"]
    assert condition["DateLessThan"]["aws:TokenIssueTime"] == "2026-11-26T15:01:00Z"


def verified(repository: Path, at: datetime = NOW) -> tuple[int, str]:
    written = console()
    asked = VerifyReceiptRequest(repository, repository / "offboarded-alice.json", clock=lambda: at)
    return verify_receipt(asked, written), printed(written)


def test_a_receipt_is_not_proven_while_sessions_that_were_not_ended_go_on(repository: Path, memory: MemoryAWS) -> None:
    memory.fail = denying("put_role_policy")
    assert run(repository)[0] == 1
    assert "alice" not in memory.iam["user-only"].users
    memory.fail = lambda _number, _name, _is_after: None
    ask = memory.iam["dev"].get_account_authorization_details
    memory.iam["dev"].get_account_authorization_details = denying_all  # type: ignore[method-assign]
    assert run(repository)[0] == 1  # what is known of dev stays in the receipt
    memory.iam["dev"].get_account_authorization_details = ask  # type: ignore[method-assign]
    code, text = verified(repository)
    assert (code, "NO: the sessions called alice at 2 roles in dev (222222222222) are ended" in text) == (1, True), text
    assert run(repository)[0] == 0
    assert verified(repository)[0] == 0


def test_a_receipt_is_not_proven_while_an_account_that_was_not_reached_has_sessions(
    repository: Path, memory: MemoryAWS
) -> None:
    accounts = memory.iam.pop("dev")
    memory.iam["dev"] = MemoryIAM("222222222222")
    memory.iam["dev"].get_account_authorization_details = denying_all  # type: ignore[method-assign]
    assert run(repository)[0] == 1
    memory.iam["dev"] = accounts
    code, text = verified(repository)
    assert (code, "NO: the sessions called alice at 2 roles in dev (222222222222) are ended" in text) == (1, True), text
    memory.iam["dev"].add_role("new", "arn:aws:iam::111111111111:root")
    assert run(repository)[0] == 0
    memory.iam["dev"].add_role("newer", "arn:aws:iam::111111111111:root")  # alice was gone when it was made
    assert verified(repository)[0] == 0
    assert verified(repository, NOW + timedelta(hours=13))[0] == 0


def denying_all(**_: Any) -> Any:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetAccountAuthorizationDetails")
