"""Who gains and who loses access by a deployment, compared with what is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from iamgen.access_changes import AccessChanges, between
from iamgen.deployment_access import deployment_access
from iamgen.errors import refuse
from iamgen.project import Project
from tests.access_diff.conftest import NOW

MakeRepo = Callable[..., Path]

USERS = """\
from iamgen import *
OPS_SERVICES = ("ec2", "s3")
USERS = (User("alice", {"dev": "AdminR", "prod": "OpsR"}), User("bob", {"dev": "OpsR", "prod": "ReadR"}))
"""
MORE = USERS.replace('"prod": "ReadR"', '"prod": ("OpsR", "ReadR")')
WITHOUT_BOB = USERS.replace(', User("bob", {"dev": "OpsR", "prod": "ReadR"})', ",")
EVERY = ("user-only", "dev", "prod")


def planned(name: str, before: Mapping[str, Any] | None, text: str, **more: Any) -> Any:
    """Return a planned deployment as far as it is asked here: what is deployed, and what is sent."""
    order = SimpleNamespace(account=SimpleNamespace(name=name), text=text)
    usual = {"change_set": object(), "afresh": False, "inspection": None}
    return SimpleNamespace(order=order, before=before, **{**usual, **more})


def compared(make_repo: MakeRepo, before: str | None, after: str, *names: str, **more: Any) -> AccessChanges | None:
    """Return what a deployment to these accounts changes; None as `before` is nothing that is deployed."""
    earlier = Project.load(make_repo(before, name="before"), NOW).render().texts if before else {}
    project = Project.load(make_repo(after, name="after"), NOW)
    rendered = project.render()
    later = rendered.texts
    deployed = {name: json.loads(earlier[name]) if before else None for name in names}
    return deployment_access(rendered, [planned(name, deployed[name], later[name], **more) for name in names])


def lines(access: AccessChanges | None) -> list[str]:
    assert access is not None
    return list(map(str, access.lines))


def test_all_accounts_at_once(make_repo: MakeRepo) -> None:
    access = compared(make_repo, USERS, MORE, *EVERY)
    assert lines(access) == [
        "bob gains access. No one loses anything: proven for 8 users and roles.",
        "    roles gained:",
        "        + bob: OpsR in prod",
    ]
    assert access is not None
    plain = access.plain()
    assert plain is not None
    assert (plain["before"], plain["after"]) == ("AWS, as it is deployed", "AWS, as it would be deployed")


def test_an_account_alone_takes_the_others_as_declared(make_repo: MakeRepo) -> None:
    assert lines(compared(make_repo, USERS, MORE, "prod")) == [
        "bob gains access. No one loses anything: proven for 8 users and roles.",
        "    roles gained:",
        "        + bob: OpsR in prod",
        "! this assumes that users.py declares what is deployed in user-only and dev: it was not looked at",
    ]


def test_somebody_who_is_declared_no_more_loses_what_is_deployed(make_repo: MakeRepo) -> None:
    assert lines(compared(make_repo, USERS, WITHOUT_BOB, "dev")) == [
        "No one gains anything: proven for 7 users and roles. arn:aws:iam::111111111111:user/bob loses access.",
        "    who may assume a role in fewer ways:",
        "        - arn:aws:iam::111111111111:user/bob: OpsR in dev",
        "! this assumes that users.py declares what is deployed in user-only and prod: it was not looked at",
    ]


def test_a_first_deployment_gives_everything(make_repo: MakeRepo) -> None:
    """People made by hand are there before; the groups that they belong to are not."""
    access = compared(make_repo, None, USERS, *EVERY)
    text = "\n".join(lines(access))
    assert text.startswith("alice, bob, ")
    assert "        + alice: AdminR in dev; OpsR in prod\n        + bob: OpsR in dev; ReadR in prod\n" in text
    assert access is not None
    assert [str(line) for line in access.summary] == text.splitlines()[:1]


def test_users_whom_the_stack_made_until_now(make_repo: MakeRepo) -> None:
    by_stack = f"{USERS}SETTINGS = Settings(users='stack')\n"
    text = "\n".join(lines(compared(make_repo, by_stack, USERS, *EVERY)))
    assert "not known" not in text
    assert "roles gained" not in text
    assert "roles lost" not in text


def test_where_no_template_changes_nothing_is_compared(make_repo: MakeRepo) -> None:
    assert compared(make_repo, USERS, MORE, *EVERY, change_set=None) is None


def test_a_repair_is_no_part_of_it(make_repo: MakeRepo) -> None:
    (*_, last) = lines(compared(make_repo, USERS, MORE, *EVERY, inspection=object()))
    assert last == "! this compares templates: what was changed by hand, and is put right, is not in it"


def test_another_account_that_cannot_be_rendered(make_repo: MakeRepo) -> None:
    own = 'POLICIES = (Policy("OwnP", "none.json.j2", accounts="prod"),)\n'
    project = Project.load(make_repo(USERS + own), NOW)
    access = deployment_access(project.render(()), [planned("dev", {"Resources": {}}, '{"Resources": {"New": {}}}')])
    assert access is not None
    assert lines(access) == [
        "It is not known who gains and who loses access: it depends on all accounts, and one cannot be rendered: "
        "templates/policies/none.json.j2: there is no such template"
    ]
    assert (access.difference, access.plain(), access.lines[0].tone) == (None, None, "danger")


def test_a_side_that_cannot_be_read() -> None:
    def fails() -> NoReturn:
        raise refuse("dev.json: alice", "is there twice")

    access = between(fails, NOW)
    assert list(map(str, access.lines)) == [
        "It is not known who gains and who loses access: dev.json: alice: is there twice"
    ]
    assert access.paragraphs() == ("## Who gains and who loses access", access.lines[0].text)
