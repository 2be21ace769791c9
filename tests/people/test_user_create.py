"""What `iamgen user create` gives to a person, what it leaves alone, and where the password goes."""

from __future__ import annotations

import json
import re
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.aws_client.polling import Pace
from iamgen.cli.main import iamgen as program
from iamgen.cli.session import Session
from iamgen.commands.requests import Consent
from iamgen.commands.user_create import UserCreateRequest, create_users
from iamgen.errors import IamgenError, InterruptError, UsageError, refuse
from iamgen.people.people_account import sign_in_to_people
from iamgen.people.temporary_password import LONGEST, PasswordLength, password_length, temporary_password
from iamgen.people.user_reading import read_user
from tests.people.conftest import DOCUMENT, GROUPS, USERS, add_groups, console, messages, printed, valid
from tests.people.test_user_show import Refusing

WHERE = "user-only (111111111111)"
YES, DRY = Consent(yes=True), Consent(dry_run=True)
PASSWORD = re.compile(r"temporary password of (\S+): (\S+)$", re.MULTILINE)


def request(repository: Path, name: str | None = "bob", **settings: Any) -> UserCreateRequest:
    return UserCreateRequest(
        repository, name, consent=settings.pop("consent", YES), pace=Pace(lambda _: None), **settings
    )


@pytest.fixture
def iam(aws: Any) -> Any:
    client = aws.client("iam", "user-only")
    add_groups(client)
    return client


def state(iam: Any, name: str = "bob") -> Any:
    user = read_user(iam, name)
    assert user
    return user


def test_a_person_gets_user_groups_and_password_and_no_key(repository: Path, iam: Any) -> None:
    written = console("y\n", terminal=True)
    assert create_users(request(repository, consent=Consent()), written) == 0
    user = state(iam)
    assert (user.path, user.tags, user.keys) == ("/auditors/", {"team": "blue"}, ())
    assert user.groups == tuple(sorted((GROUPS[0], GROUPS[1], GROUPS[3])))
    assert user.password.must_change
    text = messages(written)
    ((name, password),) = PASSWORD.findall(text)
    assert (name, len(password)) == ("bob", 24)
    assert f"Do this for bob in {WHERE}? [y/N] " in text
    assert "    + create the user bob with the path /auditors/, tagged team=blue\n" in printed(written) + text
    assert "bob: 5 of 5 steps done\n" in text
    assert password not in printed(written)


def test_a_second_run_changes_nothing_and_keeps_the_password(repository: Path, iam: Any) -> None:
    assert create_users(request(repository), console(terminal=True)) == 0
    before = state(iam)
    written = console(terminal=True)
    assert create_users(request(repository), written) == 0
    assert state(iam) == before
    assert "bob has everything that users.py gives them\n" in messages(written)
    assert not PASSWORD.search(messages(written))


def test_what_is_right_stays_and_what_is_missing_is_added(repository: Path, iam: Any) -> None:
    iam.create_user(UserName="bob", Tags=[{"Key": "own", "Value": "x"}, {"Key": "team", "Value": "red"}])
    iam.add_user_to_group(UserName="bob", GroupName=GROUPS[0])
    key = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    written = console(terminal=True)
    assert create_users(request(repository), written) == 1  # the path stays
    user = state(iam)
    assert user.tags == {"own": "x", "team": "blue"}
    assert (len(user.groups), [item.id for item in user.keys]) == (3, [key])
    assert (
        "warning: " + WHERE + ": users.py declares bob with the path /auditors/, and the IAM user has /\n"
        in messages(written)
    )
    assert "    + tag the user bob with team=blue\n" in printed(written) + messages(written)
    again = console(terminal=True)
    assert create_users(request(repository), again) == 1
    assert "bob gets nothing: what the warning names stays as it is\n" in messages(again)


def test_a_password_is_replaced_only_when_that_is_asked_for(repository: Path, iam: Any) -> None:
    create_users(request(repository), console(terminal=True))
    iam.update_login_profile(UserName="bob", Password="Ab1!" * 8, PasswordResetRequired=False)
    create_users(request(repository), console(terminal=True))
    assert not state(iam).password.must_change
    written = console(terminal=True)
    assert create_users(request(repository, reset_password=True), written) == 0
    assert state(iam).password.must_change
    assert PASSWORD.search(messages(written))


def test_a_password_file_is_private_and_new(repository: Path, iam: Any, tmp_path: Path) -> None:
    file = tmp_path / "bob.password"
    written = console()
    assert create_users(request(repository, password_file=file), written) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    name, _, password = file.read_text().strip().partition("\t")
    assert (name, len(password)) == ("bob", 24)
    assert password not in messages(written) + printed(written)
    with pytest.raises(IamgenError) as refused:
        create_users(request(repository, reset_password=True, password_file=file), console())
    (fault,) = refused.value.faults
    assert fault.problem == "is there already, and may have passwords in it"
    assert fault.hint == "name a file that there is not"
    assert file.read_text() == f"bob\t{password}\n"


def test_without_a_terminal_or_a_file_nothing_is_done(repository: Path, iam: Any) -> None:
    with pytest.raises(IamgenError) as refused:
        create_users(request(repository), console())
    (fault,) = refused.value.faults
    assert (fault.where, fault.problem) == ("user create", "a password is shown on a terminal alone, and there is none")
    assert fault.hint == "name a file for it, which is yours alone: --password-file FILE"
    assert read_user(iam, "bob") is None


def test_a_dry_run_and_a_no_change_nothing(repository: Path, iam: Any) -> None:
    written = console()
    assert create_users(request(repository, consent=DRY, as_json=True), written) == 0
    body = valid("user-create", printed(written))
    assert [step["step"] for step in body["users"][0]["steps"]][::4] == ["CreateUser", "GivePassword"]
    assert {step["state"] for step in body["users"][0]["steps"]} == {"planned"}
    assert f"dry run: would do this for bob in {WHERE}\n" in messages(written)
    written = console("n\n", terminal=True)
    assert create_users(request(repository, consent=Consent()), written) == 1
    assert messages(written).endswith("nothing was done\n")
    assert read_user(iam, "bob") is None


def test_json_has_the_steps_and_no_password(repository: Path, iam: Any) -> None:
    written = console(terminal=True)
    assert create_users(request(repository, as_json=True), written) == 0
    body = valid("user-create", printed(written))
    assert {step["state"] for step in body["users"][0]["steps"]} == {"done"}
    ((_, password),) = PASSWORD.findall(messages(written))
    assert password not in printed(written)


def test_everybody_who_is_missing_is_created_and_who_was_offboarded_is_not(
    repository: Path, iam: Any, tmp_path: Path
) -> None:
    iam.create_user(UserName="erin")
    iam.put_user_policy(UserName="erin", PolicyName="iamgen-offboarded", PolicyDocument=DOCUMENT)
    written = console()
    assert create_users(request(repository, None, password_file=tmp_path / "new"), written) == 0
    names = [line.partition("\t")[0] for line in (tmp_path / "new").read_text().splitlines()]
    assert names == ["alice", "bob"]
    assert f"warning: {WHERE}: erin was offboarded with --keep-user, and is left out\n" in messages(written)
    assert "hint: bring them back by name: iamgen user create erin\n" in messages(written)
    assert state(iam, "erin").password is None
    written = console(terminal=True)
    assert create_users(request(repository, "erin"), written) == 0
    assert state(iam, "erin").inline == ()
    assert "delete the inline policy iamgen-offboarded of the user erin" in printed(written) + messages(written)


def test_a_group_that_is_not_deployed_yet_is_named(repository: Path, aws: Any) -> None:
    written = console(terminal=True)
    assert create_users(request(repository, "erin"), written) == 4
    problem = f"erin cannot be put into {', '.join(GROUPS[:3])}: not deployed yet"
    words = " ".join(messages(written).split())
    assert f"warning: {WHERE}: {problem} hint: iamgen deploy user-only, then the same command again" in words
    assert state(aws.client("iam", "user-only"), "erin").password
    again = console(terminal=True)
    assert create_users(request(repository, "erin"), again) == 4
    assert "erin has everything but the groups that are not deployed yet\n" in messages(again)
    assert "everything that users.py gives" not in messages(again)


def test_people_whom_the_stack_makes_get_their_password_alone(make_repo: Any, repository: Path, iam: Any) -> None:
    users = f'{USERS}SETTINGS = Settings(users="stack")\n'
    (repository / "users.py").write_text(users)
    with pytest.raises(IamgenError) as refused:
        create_users(request(repository), console(terminal=True))
    (fault,) = refused.value.faults
    assert fault.problem == "there is no IAM user bob yet"
    assert fault.hint == 'Settings(users="stack") lets the stack create people: iamgen deploy user-only'
    iam.create_user(UserName="bob", Path="/auditors/")
    written = console(terminal=True)
    assert create_users(request(repository), written) == 1
    user = state(iam)
    assert (user.groups, user.tags, bool(user.password)) == ((), {}, True)
    problem = f"bob is not in {GROUPS[0]}, {GROUPS[1]}, {GROUPS[3]}, into which the stack puts them"
    text = f"warning: {WHERE}: {problem}\nhint: iamgen deploy user-only --repair\n"
    assert text in messages(written).replace("\n    ", " ")
    for group in (GROUPS[0], GROUPS[1], GROUPS[3]):
        iam.add_user_to_group(UserName="bob", GroupName=group)
    assert create_users(request(repository), console(terminal=True)) == 0


def test_somebody_who_is_not_declared_is_refused(repository: Path, aws: Any) -> None:
    for name, hint in (("bbo", "did you mean bob?"), ("zoe", "add them to USERS")):
        with pytest.raises(IamgenError) as refused:
            create_users(request(repository, name), console(terminal=True))
        assert refused.value.faults == ((name, "users.py declares no such person", hint),)


def test_a_name_in_another_case_is_refused(repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # the emulator tells names apart by case, which AWS does not
    monkeypatch.setattr("iamgen.people.creation.find_user", lambda *_: {"UserName": "Bob"})
    with pytest.raises(IamgenError) as refused:
        create_users(request(repository), console(terminal=True))
    (fault,) = refused.value.faults
    assert fault.problem == "users.py declares bob, and the IAM user is called Bob"
    assert fault.hint.startswith("aws iam update-user --user-name Bob --new-user-name bob ")


def test_the_page_for_the_first_day_is_printed_or_written(repository: Path, iam: Any, tmp_path: Path) -> None:
    (repository / "aws-cli.config.tpl").write_text("[profile me]\n${AWS_ROLE_PROFILES}\n")
    written = console(terminal=True)
    assert create_users(request(repository), written) == 0
    assert printed(written).startswith("# First day of bob\n")
    assert "create the user bob" in messages(written)
    written = console(terminal=True)
    assert create_users(request(repository, guide=tmp_path / "bob.md"), written) == 0
    assert (tmp_path / "bob.md").read_text().startswith("# First day of bob\n")
    assert "First day" not in printed(written)


class Broken:
    """A client of IAM whose operations fail as a test says."""

    def __init__(self, iam: Any, **failures: Any) -> None:
        self.iam, self.failures = iam, failures

    def __getattr__(self, operation: str) -> Any:
        ask = getattr(self.iam, operation)
        if operation not in self.failures:
            return ask

        def fail(**asked: Any) -> Any:
            failure = self.failures[operation]
            failure = failure.pop(0) if isinstance(failure, list) and failure else failure
            if isinstance(failure, type) and issubclass(failure, BaseException):
                raise failure
            if failure:
                code, message = failure
                answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
                raise ClientError(answer, "".join(part.title() for part in operation.split("_")))
            return ask(**asked)

        return fail


def break_client(monkeypatch: pytest.MonkeyPatch, iam: Any) -> None:
    """Let the command work with this client of IAM."""

    def broken(*arguments: Any) -> Any:
        people = sign_in_to_people(*arguments)
        return replace(people, clients=Clients(lambda _: iam, Credentials("of-user-only"), "eu-west-1"))

    monkeypatch.setattr("iamgen.commands.user_create.sign_in_to_people", broken)


def test_a_refused_step_leaves_the_others_alone(
    repository: Path, iam: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = "User: arn:aws:iam::111111111111:user/ops is not authorized to perform: iam:CreateLoginProfile"
    break_client(monkeypatch, Broken(iam, create_login_profile=("AccessDenied", message)))
    written = console()
    file = tmp_path / "password"
    assert create_users(request(repository, password_file=file, as_json=True), written) == 1
    text = messages(written)
    assert f"error: {WHERE}: arn:aws:iam::111111111111:user/ops may not do iam:CreateLoginProfile\n" in text
    assert "bob: 4 of 5 steps done\n" in text
    assert len(state(iam).groups) == 3
    assert not file.exists()
    assert "passwords are in" not in text
    body = valid("user-create", printed(written))
    assert [step["state"] for step in body["users"][0]["steps"]] == ["done"] * 4 + ["refused"]
    break_client(monkeypatch, iam)
    assert create_users(request(repository, password_file=file), console()) == 0
    assert state(iam).password


def test_a_password_file_that_cannot_be_written_leaves_none_and_says_who_was_not_begun(
    repository: Path, iam: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty file stayed, was said to have the passwords, and kept the next run from beginning."""
    file, written = tmp_path / "passwords", console()

    def full_disk(*_: object, **__: object) -> None:
        raise refuse(str(file), "cannot be written: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("iamgen.people.password_delivery.write_all", full_disk)
        assert create_users(request(repository, None, password_file=file), written) == 1
    assert messages(written).endswith("steps done\nbob: not begun\nerin: not begun\n")
    assert not file.exists()
    assert create_users(request(repository, None, password_file=file), console()) == 0
    assert [line.partition("\t")[0] for line in file.read_text().splitlines()] == ["alice", "bob", "erin"]


def test_expired_credentials_end_the_run_and_a_second_one_finishes_it(
    repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_client(monkeypatch, Broken(iam, add_user_to_group=("ExpiredToken", "expired")))
    written = console(terminal=True)
    assert create_users(request(repository), written) == 1
    assert "the credentials have expired: profile of-user-only" in messages(written)
    assert "bob: 1 of 5 steps done\n" in messages(written)
    break_client(monkeypatch, iam)
    assert create_users(request(repository), console(terminal=True)) == 0
    assert len(state(iam).groups) == 3


def test_an_interruption_says_how_far_it_came(repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    break_client(monkeypatch, Broken(iam, add_user_to_group=KeyboardInterrupt))
    with pytest.raises(InterruptError) as interrupted:
        create_users(request(repository), console(terminal=True))
    (fault,) = interrupted.value.faults
    assert fault.problem == "interrupted: 1 of 5 steps for bob are done"
    assert fault.hint == "iamgen user create bob goes on from there"


def test_a_user_who_is_not_known_everywhere_yet_is_waited_for(
    repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = ("NoSuchEntity", "The user with name bob cannot be found.")
    break_client(monkeypatch, Broken(iam, add_user_to_group=[absent, absent, None]))
    assert create_users(request(repository), console(terminal=True)) == 0
    assert len(state(iam).groups) == 3


def test_a_password_that_may_have_been_taken_stays_in_the_file(
    repository: Path, iam: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_client(monkeypatch, Broken(iam, create_login_profile=KeyboardInterrupt))
    file = tmp_path / "password"
    with pytest.raises(InterruptError):
        create_users(request(repository, password_file=file), console())
    assert file.read_text().startswith("bob\t")


@pytest.mark.parametrize("length", [8, 24, LONGEST])
def test_a_password_has_every_class_of_characters(length: int) -> None:
    passwords = {temporary_password(length) for _ in range(50)}
    assert len(passwords) == 50
    for password in passwords:
        assert len(password) == length
        for pattern in ("[A-Z]", "[a-z]", "[0-9]", r"[!@#$%^&*()_+\-=\[\]{}|']"):
            assert re.search(pattern, password)
        assert not re.search("[0O1lI\\s]", password)


def test_a_password_is_as_long_as_the_policy_demands(repository: Path, iam: Any) -> None:
    assert password_length(iam) == PasswordLength(24, is_known=True)
    iam.update_account_password_policy(
        MinimumPasswordLength=128, RequireSymbols=True, RequireNumbers=True, RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True, PasswordReusePrevention=24,
    )  # fmt: skip
    assert password_length(iam) == PasswordLength(128, is_known=True)
    assert create_users(request(repository), console(terminal=True)) == 0  # the emulator refuses what the policy does
    assert password_length(Refusing(iam, "get_account_password_policy")) == PasswordLength(128, is_known=False)


def test_a_policy_that_cannot_be_read_is_said(repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    break_client(monkeypatch, Refusing(iam, "get_account_password_policy"))
    written = console(terminal=True)
    assert create_users(request(repository), written) == 0
    problem = "the password policy was not looked at: passwords have 128 characters, which meets every policy"
    words = " ".join(messages(written).split())
    assert f"warning: {WHERE}: {problem} hint: with iam:GetAccountPasswordPolicy they are shorter" in words
    assert len(PASSWORD.findall(messages(written))[0][1]) == 128


def test_names_with_every_character_are_created(repository: Path, iam: Any) -> None:
    name = "a+b=c,d.e@f-g_h"
    (repository / "users.py").write_text(
        f'from iamgen import *\nOPS_SERVICES = ("ec2",)\nUSERS = (User("{name}", {{"dev": "ReadR"}}),)\n'
    )
    written = console(terminal=True)
    assert create_users(request(repository, name), written) == 0
    assert state(iam, name).groups == GROUPS[:2]
    assert json.dumps(name) not in printed(written)


@pytest.mark.parametrize(
    ("line", "problem", "hint"),
    [
        ([], "it takes either USER or --all-missing", "such as: iamgen user create bob"),
        (["bob", "--all-missing"], "it takes either USER or --all-missing", "such as: iamgen user create bob"),
        (
            ["--all-missing", "--reset-password"],
            "--guide and --reset-password are for one person",
            "name the person: iamgen user create bob",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(line: list[str], problem: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        program.main(["user", "create", *line], standalone_mode=False, obj=Session(console()))
    assert refused.value.faults == (("user create", problem, hint),)


def test_what_cannot_be_looked_at_is_left_as_it_is(repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    create_users(request(repository), console(terminal=True))
    break_client(monkeypatch, Refusing(iam, "get_login_profile"))
    written = console(terminal=True)
    assert create_users(request(repository), written) == 1
    problem = "the password of bob cannot be looked at: iam:GetLoginProfile"
    assert f"warning: {WHERE}: {problem}\nhint: it is left as it is\n" in messages(written)
    assert not PASSWORD.search(messages(written))


def test_a_person_of_a_real_terminal_sees_plan_question_password_and_page(
    repository: Path, iam: Any, at_terminal: Any
) -> None:
    (repository / "aws-cli.config.tpl").write_text("${AWS_ROLE_PROFILES}\n")
    command = [sys.executable, "-m", "iamgen", "user", "create", "bob"]
    code, screen = at_terminal(repository, command, [("Do this for bob in user-only (111111111111)? [y/N] ", "y")])
    assert code == 0, screen
    order = ("+ create the user bob", "[y/N]", "temporary password of bob: ", "5 of 5 steps done", "# First day of bob")
    assert [screen.index(part) for part in order] == sorted(screen.index(part) for part in order)
