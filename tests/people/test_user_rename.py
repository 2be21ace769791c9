"""What `iamgen user rename` does, what it says that it costs, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from iamgen.aws_client.polling import Pace
from iamgen.commands.requests import Consent
from iamgen.commands.user_rename import UserRenameRequest, rename_user
from iamgen.errors import IamgenError
from iamgen.people.user_reading import read_user
from tests.people.conftest import USERS, add_everything, add_groups, console, messages, printed, valid
from tests.people.memory_aws import MemoryAWS
from tests.people.test_user_create import Broken

WHERE = "user-only (111111111111)"


def request(repository: Path, old: str = "alice", new: str = "alicia", **settings: Any) -> UserRenameRequest:
    settings = {"consent": Consent(yes=True), "pace": Pace(lambda _: None), **settings}
    return UserRenameRequest(repository, old, new, **settings)


@pytest.fixture
def iam(aws: Any) -> Any:
    client = aws.client("iam", "user-only")
    add_groups(client)
    aws.people("alice")
    add_everything(client, "alice")
    return client


def test_the_user_keeps_everything_and_the_costs_are_said(repository: Path, iam: Any) -> None:
    before = read_user(iam, "alice")
    written = console("y\n", terminal=True)
    assert rename_user(request(repository, consent=Consent(), edit=True), written) == 0
    after = read_user(iam, "alicia")
    assert before
    assert after
    assert (after.id, after.keys, after.groups, after.mfa_devices) == (
        before.id,
        before.keys,
        before.groups,
        before.mfa_devices,
    )
    assert read_user(iam, "alice") is None
    text = printed(written)
    assert "    ~ rename the user alice to alicia\n" in text
    assert "! alice signs in to the console as alicia from then on; password, keys, devices and groups stay\n" in text
    assert f"whom AWS keeps by the id {before.id}, until something else changes in them\n" in text
    device = "arn:aws:iam::111111111111:mfa/alice-phone"
    assert f"iamgen bootstrap alicia --keep-key --mfa-serial {device} --write\n" in text
    assert f"Rename alice to alicia in {WHERE}? [y/N] " in messages(written)
    assert "put alicia in the place of alice in users.py\n" in messages(written)
    assert (repository / "users.py").read_text() == USERS.replace('"alice"', '"alicia"')


def test_a_second_run_changes_nothing(repository: Path, iam: Any) -> None:
    rename_user(request(repository), console())
    written = console()
    assert rename_user(request(repository), written) == 0
    assert "is renamed already: alice to alicia\n" in messages(written)
    assert 'left to do: write alicia in users.py, line 4: User("alice", ' in messages(written)


def test_a_dry_run_changes_nothing_and_json_says_all(repository: Path, iam: Any) -> None:
    written = console()
    assert rename_user(request(repository, consent=Consent(dry_run=True), as_json=True), written) == 0
    body = valid("user-rename", printed(written))
    assert ([step["state"] for step in body["steps"]], body["done"]) == (["planned"], False)
    assert body["users_py"][0]["line"] == 4
    assert "dry run: would rename alice to alicia\n" in messages(written)
    assert read_user(iam, "alice")
    written = console("n\n", terminal=True)
    assert rename_user(request(repository, consent=Consent()), written) == 1
    assert messages(written).endswith("nothing was done\n")
    assert read_user(iam, "alice")


def test_with_trust_by_name_a_rename_takes_roles_away(repository: Path, iam: Any) -> None:
    file = repository / "users.py"
    file.write_text(file.read_text() + 'SETTINGS = Settings(trust="names")\n')
    written = console()
    rename_user(request(repository, consent=Consent(dry_run=True)), written)
    cost = "roles trust the name: alicia can assume none until users.py has it and all accounts are deployed"
    assert f"! {cost}\n" in printed(written)


@pytest.mark.parametrize(
    ("old", "new", "where", "problem", "hint"),
    [
        ("alice", "al ice", "al ice", "is no name of an IAM user", "up to 64 letters, digits and _+=,.@-"),
        ("alice", "x" * 65, "x" * 65, "is no name of an IAM user", "up to 64 letters, digits and _+=,.@-"),
        ("alice", "alice", "alice", "is both the old and the new name", "write the old name, then the new one"),
        ("alice", "bob", "alice", "users.py declares both alice and bob", "take one of the two out: they are one user"),
        ("alcie", "zoe", "alcie", "users.py declares neither alcie nor zoe", "did you mean alice?"),
        ("qqq", "zzz", "qqq", "users.py declares neither qqq nor zzz", "look at users.py"),
        (
            "alice", "CI", "CI", "this is a CI user, and no person",
            "CI users belong to the stacks of their accounts: take it out of CI_USERS, and deploy",
        ),
        ("bob", "robert", "bob", "user-only (111111111111) has no such IAM user", "did you mean bob?"),
        ("alice", "carla", WHERE, "there is an IAM user carla already", "choose another name"),
    ],
)  # fmt: skip
def test_what_cannot_be_renamed_is_refused(
    old: str, new: str, where: str, problem: str, hint: str, repository: Path, memory: MemoryAWS
) -> None:
    from tests.people.memory_aws import MemoryUser

    memory.iam["user-only"].add_user(MemoryUser("carla"))
    with pytest.raises(IamgenError) as refused:
        rename_user(request(repository, old, new), console())
    assert refused.value.faults == ((where, problem, hint),)
    assert not [name for name in memory.requests if not name.startswith(("get_", "list_"))]


def test_what_the_files_forbid_needs_no_credentials(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iamgen.commands.user_rename.sign_in_to_people", lambda *_: pytest.fail("AWS is asked"))
    with pytest.raises(IamgenError) as refused:
        rename_user(request(repository, "alice", "bob"), console())
    assert refused.value.faults[0].problem == "users.py declares both alice and bob"


def test_users_of_the_stack_are_refused(repository: Path, memory: MemoryAWS) -> None:
    file = repository / "users.py"
    file.write_text(file.read_text() + 'SETTINGS = Settings(users="stack")\n')
    with pytest.raises(IamgenError) as refused:
        rename_user(request(repository), console())
    (fault,) = refused.value.faults
    assert fault.problem == 'with Settings(users="stack") a new name means a new user, and the old user is deleted'
    assert fault.hint == "treat it as somebody who leaves and somebody who joins"


def test_a_refusal_of_aws_is_told(repository: Path, iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from iamgen.aws_client.clients import Clients, Credentials
    from iamgen.people.people_account import sign_in_to_people

    def signed_in(*arguments: Any) -> Any:
        client = Broken(iam, update_user=("EntityAlreadyExists", "there is one"))
        people = sign_in_to_people(*arguments)
        return replace(people, clients=Clients(lambda _: client, Credentials("x"), "eu-west-1"))

    monkeypatch.setattr("iamgen.commands.user_rename.sign_in_to_people", signed_in)
    written = console()
    assert rename_user(request(repository, as_json=True, edit=True), written) == 1
    assert "AWS refuses UpdateUser: EntityAlreadyExists: there is one" in messages(written)
    assert valid("user-rename", printed(written))["done"] is False
    assert (repository / "users.py").read_text() == USERS


def test_users_py_stays_when_it_would_not_load(repository: Path, iam: Any) -> None:
    file = repository / "users.py"
    file.write_text(file.read_text() + "assert USERS[0].name == 'alice'\n")
    before = file.read_bytes()
    written = console()
    assert rename_user(request(repository, edit=True), written) == 0
    assert "alice stays in the file, because it would not load with alicia: " in messages(written)
    assert file.read_bytes() == before
