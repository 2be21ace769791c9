"""Creating somebody and exchanging a key, interrupted at each request: another run comes to the same end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.aws_client.polling import Pace
from iamgen.cli.main import iamgen as program
from iamgen.cli.session import Session
from iamgen.commands.keys_rotate import KeysRotateRequest, rotate_keys
from iamgen.commands.requests import Consent
from iamgen.commands.user_create import UserCreateRequest, create_users
from iamgen.errors import IamgenError
from iamgen.people.declared_lines import read_source, without_person
from iamgen.people.key_delivery import FileKeyDelivery
from iamgen.people.password_delivery import FileDelivery
from iamgen.project import Project
from tests.people.conftest import console, messages
from tests.people.memory_aws import MemoryAWS, MemoryUser, use, world
from tests.people.test_offboarding_interrupted import LOST, failing, moments

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
YES, PACE = Consent(yes=True), Pace(lambda _: None)
OTHER_NAMES = ("", "a b", "../x", "ünï", "x" * 65, "bob\n")


@pytest.fixture(autouse=True)
def quick(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read users.py once, and wait for no disk."""
    project = Project.load(repository, NOW)
    monkeypatch.setattr(Project, "load", lambda *_: project)
    monkeypatch.setattr("os.fsync", lambda _: None)


def create(repository: Path, **settings: Any) -> tuple[int, str]:
    written = console(terminal=True)
    request = UserCreateRequest(repository, "bob", consent=YES, pace=PACE, as_json=True, **settings)
    return create_users(request, written), messages(written)


def quietly(act: Callable[[], Any]) -> None:
    try:
        act()
    except (IamgenError, KeyboardInterrupt):
        return


@pytest.mark.parametrize("exc", [LOST, KeyboardInterrupt], ids=["answer lost", "interrupted"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_creation_goes_on_to_the_same_end(
    exc: Any, after: bool, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = world()
    use(whole, monkeypatch)
    create(repository)
    expected = whole.iam["user-only"].users["bob"]
    assert (expected.password, expected.must_change, expected.path) == (True, True, "/auditors/")
    for at in moments(whole.requests, every=exc is LOST and after):
        aws = world()
        use(aws, monkeypatch)
        aws.fail = failing(at, exc, after=after)
        quietly(lambda: create(repository))
        aws.fail = lambda _number, _name, _is_after: None
        _, text = create(repository)
        assert aws.iam["user-only"].users["bob"] == expected, (at, aws.requests[at - 1])
        _, text = create(repository)
        again = "if it is lost: iamgen user create bob --reset-password"
        assert again in text, "a password that nobody has used may have been lost"


@pytest.mark.parametrize("after", [False, True])
def test_a_password_that_aws_may_have_taken_stays_in_its_file(after: bool, repository: Path, memory: MemoryAWS) -> None:
    def fail(_number: int, name: str, is_after: bool) -> None:
        if name == "create_login_profile" and is_after is after:
            raise LOST

    memory.fail, file = fail, repository / "passwords"
    quietly(lambda: create(repository, password_file=file))
    assert file.read_text(encoding="utf-8").startswith("bob\t")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("delivery", [FileDelivery, FileKeyDelivery])
@pytest.mark.parametrize("is_link", [False, True])
def test_a_file_that_has_come_meanwhile_is_not_written_over(delivery: Any, is_link: bool, tmp_path: Path) -> None:
    file, other = tmp_path / "secret", tmp_path / "other"
    ready = delivery(file)
    file.symlink_to(other) if is_link else file.write_text("of somebody else")
    with pytest.raises(IamgenError) as refused:
        ready.prepare(*(("bob", "password") if delivery is FileDelivery else ()))
    assert refused.value.faults[0].problem.startswith("is there already, and may have ")
    assert not other.exists()
    assert is_link or file.read_text() == "of somebody else"


def test_a_file_in_a_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IamgenError) as refused:
        FileKeyDelivery(tmp_path / "file" / "key").prepare()
    assert refused.value.faults[0].problem.startswith("cannot be written: ")


def rotate(repository: Path, file: Path, **settings: Any) -> tuple[int, str]:
    written = console()
    request = KeysRotateRequest(repository, "ci", key_file=file, consent=YES, pace=PACE, **settings)
    return rotate_keys(request, written), messages(written)


def machine_world(monkeypatch: pytest.MonkeyPatch) -> MemoryAWS:
    aws = world()
    old = {"AccessKeyId": "AKIAOLD", "Status": "Active", "CreateDate": datetime(2026, 1, 1, tzinfo=UTC)}
    aws.iam["dev"].add_user(MemoryUser("ci", password=False, keys=[old]))
    use(aws, monkeypatch)
    return aws


def rotate_to_the_end(aws: MemoryAWS, repository: Path, name: str) -> list[str]:
    """Run the command until nothing is left, as somebody would who follows what it says; return what is left."""
    account = aws.iam["dev"]
    for number in range(8):
        file = repository / f"{name}-{number}.json"
        quietly(lambda file=file: rotate(repository, file, older_than=90))  # type: ignore[misc]  # of this turn
        keys = [key for key in account.users["ci"].keys if key["AccessKeyId"] != "AKIAOLD"]
        for key in keys:
            delivered = [
                other for other in repository.glob(f"{name}-*.json") if key["AccessKeyId"] in other.read_text()
            ]
            if delivered:
                account.used[key["AccessKeyId"]] = NOW
            elif len(account.users["ci"].keys) > 1:
                quietly(lambda file=file: rotate(repository, file, discard_new=True))  # type: ignore[misc]
    return [key["AccessKeyId"] for key in account.users["ci"].keys]


@pytest.mark.parametrize("exc", [LOST, KeyboardInterrupt], ids=["answer lost", "interrupted"])
def test_a_rotation_goes_on_to_the_same_end(exc: Any, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = machine_world(monkeypatch)
    (last,) = rotate_to_the_end(whole, repository, "whole")
    assert last != "AKIAOLD"
    changing = [
        at
        for at, name in enumerate(whole.requests, 1)
        if not name.startswith(("get_", "list_"))
    ]  # fmt: skip
    assert [whole.requests[at - 1] for at in changing] == [
        "create_access_key", "update_access_key", "delete_access_key",
    ]  # fmt: skip
    for at in changing:
        for after in (False, True):
            aws = machine_world(monkeypatch)
            aws.fail = failing(at, exc, after=after)
            name = f"{at}-{after}"
            (last,) = rotate_to_the_end(aws, repository, name)
            assert last != "AKIAOLD", name
            assert any(last in file.read_text() for file in repository.glob(f"{name}-*.json")), "it was handed over"
            assert all(file.read_text() for file in repository.glob(f"{name}-*.json")), "no file is empty"


@pytest.mark.parametrize("name", OTHER_NAMES)
@pytest.mark.parametrize(
    "line",
    [
        ["user", "show"], ["user", "create", "--yes"], ["user", "offboard", "--yes"], ["keys", "rotate", "--yes"],
        ["user", "rename", "--yes", "bob"],
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused_before_aws_is_asked(
    line: list[str], name: str, repository: Path, memory: MemoryAWS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    with pytest.raises(IamgenError) as refused:
        program.main([*line, name], standalone_mode=False, obj=Session(console()))
    hint = "up to 64 letters, digits and _+=,.@-"
    assert refused.value.faults == ((name or "''", "is no name of an IAM user", hint),)
    assert set(memory.requests) <= {"get_caller_identity"}


def test_an_edit_keeps_the_ends_of_lines(tmp_path: Path) -> None:
    file = tmp_path / "users.py"
    file.write_bytes(b'USERS = (\r\n    User("alice", {}),\r\n    User("bob", {}),  # on call\r\n)\r\n')
    assert without_person(read_source(file), "bob") == 'USERS = (\r\n    User("alice", {}),\r\n)\r\n'
