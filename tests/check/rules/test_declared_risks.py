"""What a declaration gives away: machines and people with all power, ends that are far, roles of nobody, paths."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from iamgen.check.finding import Finding
from iamgen.project import Project
from tests.conftest import NOW, MakeRepo

HEAD = "from iamgen import *\n"
WITH_IAM = f'{HEAD}OPS_SERVICES = ("ec2", "iam")\n'
WITHOUT = f'{HEAD}OPS_SERVICES = ("ec2",)\n'
ALICE = 'USERS = (User("alice", {"dev": "AdminR"}),)\n'


def findings(root: Path) -> dict[str, tuple[Finding, ...]]:
    checked = Project.load(root, NOW).render().check(lint=False)
    assert not checked.errors
    return checked.every_finding


def risks(root: Path) -> list[tuple[str, str, str]]:
    """Return each finding: the account, the rule's name, and the line of users.py."""
    result = findings(root)
    return [(account, item.name, item.cause.rpartition(":")[2]) for account, items in result.items() for item in items]


MACHINE, MANY, FAR, NOBODY = "machine-is-administrator", "many-administrators", "far-end", "role-of-nobody"
GITHUB = 'Pipeline("github", repository="acme/shop"'


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        pytest.param(
            f'{WITHOUT}{ALICE}CI_USERS = (CIUser("jenkins", {{"*": "AdminR", "user-only": "AdminR"}}),)',
            [("user-only", MACHINE, "4"), ("dev", MACHINE, "4"), ("prod", MACHINE, "4")],
            id="a CI user with AdminR, everywhere",
        ),
        pytest.param(
            f'{WITH_IAM}{ALICE}CI_USERS = (CIUser("ci", {{"*": "OpsR"}}),)',
            [("prod", MACHINE, "4")],
            id="a CI user with OpsR that has IAM, in production",
        ),
        pytest.param(f'{WITHOUT}{ALICE}CI_USERS = (CIUser("ci", {{"*": "OpsR"}}),)', [], id="OpsR without IAM"),
        pytest.param(
            f'{WITH_IAM}{ALICE}PIPELINES = ({GITHUB}, branch="main", access={{"prod": "OpsR"}}),)',
            [("prod", MACHINE, "4")],
            id="a pipeline of a branch",
        ),
        pytest.param(
            f'{WITH_IAM}{ALICE}PIPELINES = ({GITHUB}, environment="prod", access={{"prod": "OpsR"}}),)',
            [],
            id="a pipeline of an environment",
        ),
        pytest.param(
            f'{WITHOUT}{ALICE}PIPELINES = ({GITHUB}, environment="prod", access={{"prod": "AdminR"}}),)',
            [("prod", MACHINE, "4")],
            id="AdminR is too much for any pipeline",
        ),
        pytest.param(
            f'{WITHOUT}{ALICE}ROLES = (Role("ToolR", accounts="dev", services=("iam",), '
            'assumed_by=("lambda.amazonaws.com",)),)',
            [("dev", MACHINE, "4")],
            id="a service with power over IAM",
        ),
        pytest.param(
            f'{WITHOUT}USERS = (User("alice", {{"*": "AdminR"}}), User("bob", {{"prod": "AdminR"}}))',
            [("user-only", MANY, "3")],
            id="a person with everything everywhere",
        ),
        pytest.param(
            f'{WITHOUT}USERS = (User("alice", {{"*": Grant("AdminR", until="2026-12-31")}}),)',
            [],
            id="everything everywhere, for a while",
        ),
        pytest.param(
            f'{WITHOUT}USERS = tuple(User(f"u{{number}}", {{"dev": "AdminR"}}) for number in range(6))',
            [("dev", MANY, "")],
            id="many administrators",
        ),
        pytest.param(
            f'{WITHOUT}USERS = tuple(User(f"u{{number}}", {{"dev": "AdminR"}}) for number in range(5))',
            [],
            id="five administrators",
        ),
        pytest.param(
            f'{WITHOUT}{ALICE}ROLES = (Role("ToolR", accounts="dev", services=("s3",)),)',
            [("dev", NOBODY, "4")],
            id="a role that nobody is granted",
        ),
        pytest.param(
            f'{WITHOUT}USERS = (User("alice", {{"dev": "ToolR"}}),)\nROLES = (Role("ToolR", services=("s3",)),)',
            [],
            id="a role that somebody is granted in another account",
        ),
        pytest.param(
            f'{WITHOUT}USERS = (User("alice", {{"*": "AdminR"}}, power=True),)', [], id="who can become anybody anyway"
        ),
    ],
)
def test_what_is_declared(users: str, expected: list[tuple[str, str, str]], make_repo: MakeRepo) -> None:
    assert risks(make_repo(users)) == expected


@pytest.mark.parametrize(("days", "expected"), [(300, []), (500, [("dev", FAR, "")])])
def test_ends(days: int, expected: list[tuple[str, str, str]], make_repo: MakeRepo) -> None:
    end = f"{NOW + timedelta(days=days):%Y-%m-%d}"
    users = f'{WITHOUT}USERS = (User("alice", {{"dev": Grant("OpsR", until="{end}")}}),)'
    assert risks(make_repo(users)) == expected


def test_a_time_without_a_zone_is_utc_and_what_is_no_time_is_another_rules_matter() -> None:
    from iamgen.check.rule_context import Facts
    from iamgen.check.rules import far_end
    from iamgen.check.rules._examples import ALICE, role, template, trust
    from iamgen.iam.template import Template

    def problems(end: str) -> int:
        body = template(AppR=role(trust(ALICE, Condition={"DateLessThan": {"aws:CurrentTime": end}})))
        return len(list(far_end.RULE.check(Template.of(body, 0), Facts(now=datetime(2026, 11, 23, tzinfo=UTC)))))

    assert [problems(end) for end in ("2099-01-01", "2099-01-01T00:00:00", "2027-01-01", "soon")] == [1, 1, 0, 0]


PATH = f"""{WITHOUT}
USERS = (User("alice", {{"dev": "AdminR"}}), User("bob", {{"dev": "DeployR"}}))
CI_USERS = (CIUser("ci", {{"dev": "DeployR"}}),)
ROLES = (
    Role("DeployR", accounts="dev", policies=("DeployP",)),
    Role("BatchR", accounts="dev", policies=("BatchP",), assumed_by=("lambda.amazonaws.com",)),
    Role(
        "BridgeR",
        accounts="prod",
        policies=("BridgeP",),
        assumed_by=("arn:aws:iam::222222222222:role/infra-BatchR-222222222222",),
    ),
)
POLICIES = tuple(
    Policy(f"{{name}}P", f"{{name.lower()}}.json.j2", accounts=account)
    for name, account in (("Deploy", "dev"), ("Batch", "dev"), ("Bridge", "prod"))
)
"""
TEMPLATES = {
    "deploy": [
        ("iam:PassRole", "arn:aws:iam::222222222222:role/infra-BatchR-222222222222"),
        ("lambda:CreateFunction", "arn:aws:lambda:*:222222222222:function:app-*"),
        ("lambda:InvokeFunction", "arn:aws:lambda:*:222222222222:function:app-*"),
    ],
    "batch": [("sts:AssumeRole", "arn:aws:iam::333333333333:role/infra-BridgeR-333333333333")],
    "bridge": [("iam:CreatePolicyVersion", "arn:aws:iam::333333333333:policy/infra-BridgeP-333333333333")],
}
MESSAGE = (
    "DeployR may become administrator of prod in 3 steps: 1. DeployR passes BatchR to lambda by iam:PassRole (DeployP, "
    "statement 1), and lambda:CreateFunction (DeployP, statement 2), and lambda:InvokeFunction (DeployP, statement 3); "
    "2. BatchR assumes BridgeR in prod by sts:AssumeRole (trust policy of BridgeR, statement 1); 3. BridgeR rewrites a "
    "policy of itself by iam:CreatePolicyVersion (BridgeP, statement 1). So may bob, ci, by acting as it. Narrow one "
    "of these statements, so that it leaves its target out, or declare that it may"
)


def with_policies(root: Path, templates: dict[str, list[tuple[str, str]]]) -> Path:
    folder = root / "templates" / "policies"
    folder.mkdir(parents=True)
    for name, pairs in templates.items():
        statements = [f'{{"Effect": "Allow", "Action": "{action}", "Resource": "{arn}"}}' for action, arn in pairs]
        text = f'{{"Version": "2012-10-17", "Statement": [{", ".join(statements)}]}}'
        (folder / f"{name}.json.j2").write_text(text)
    return root


def test_a_path_over_accounts_is_told_of_whoever_begins_it_also_where_one_account_is_checked(
    make_repo: MakeRepo,
) -> None:
    root = with_policies(make_repo(PATH), TEMPLATES)
    result = {(account, item.name): item for account, items in findings(root).items() for item in items}
    assert set(result) == {("dev", "escalation-path"), ("prod", "escalation-by-target")}
    path = result["dev", "escalation-path"]
    assert (path.message, path.path, path.cause) == (MESSAGE, ("Resources", "DeployR"), "users.py:7")
    project = Project.load(root, NOW)
    alone = project.render([project.declaration.accounts["dev"]])
    assert [item.message for item in alone.check(lint=False).every_finding["dev"]] == [MESSAGE]
    as_yaml = project.render([project.declaration.accounts["dev"]], "yaml")
    assert [item.message for item in as_yaml.check(lint=False).every_finding["dev"]] == [MESSAGE]


def test_a_path_ends_where_one_of_its_statements_leaves_the_target_out(make_repo: MakeRepo) -> None:
    for name, (action, _) in {name: pairs[0] for name, pairs in TEMPLATES.items()}.items():
        narrowed = {**TEMPLATES, name: [(action, "arn:aws:iam::222222222222:role/other"), *TEMPLATES[name][1:]]}
        root = with_policies(make_repo(PATH, name=f"without-{name}"), narrowed)
        assert "escalation-path" not in {item.name for items in findings(root).values() for item in items}


def test_nothing_is_searched_where_nobody_could_begin(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    from iamgen.project import Rendered

    def refuse(_rendered: Rendered) -> None:
        pytest.fail("a search was begun")

    monkeypatch.setattr(Rendered, "escalation_search", refuse)
    assert risks(make_repo(f"{WITH_IAM}{ALICE}")) == []
