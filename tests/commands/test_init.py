"""`iamgen init`: what it writes works, by every way that a repository goes; what it refuses; what it leaves alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
IAMGEN = f"{sys.executable} -m iamgen"
PIN = "iamgen @ git+https://git.example.com/iamgen@v1.2.3"
PEOPLE = ("--person", "ann", "--person", "bob")
ONE_SET = ("user-only=111111111111", "dev=222222222222", "prod=333333333333")
PROJECTS = (
    *ONE_SET[:1],
    "shop-dev=222222222222",
    "shop-prod=333333333333",
    "blog-dev=444444444444",
    "blog-prod=555555555555",
)
STAND_IN = ("dev=222222222222", "user-only=222222222222", "prod=333333333333")
SETS = pytest.mark.parametrize(
    "accounts",
    [
        pytest.param(ONE_SET, marks=pytest.mark.long),
        PROJECTS,
        pytest.param(STAND_IN, marks=pytest.mark.long),
    ],
    ids=["one set", "projects", "stand-in"],
)
TARGETS = ("help", "render", "check", "test", "bench", "release", "release/feature", "release/bugfix", "release/breaking",
           "release/patch", "release/minor", "release/major", "release/public", "release/v1.2.3",
           "promote/infra/v1.2.3", "deploy/dev")  # fmt: skip
Run = Any


def options(accounts: tuple[str, ...], ci: str = "github") -> list[str]:
    named = [part for account in accounts for part in ("--account", account)]
    return [*named, *PEOPLE, "--region", "eu-west-1", "--ci", ci, "--iamgen", PIN]


@pytest.fixture
def make(environment: dict[str, str]) -> Run:
    """Return what runs shell commands as somebody would type them; the iamgen that is tested is on the path."""

    def run(folder: Path, command: str, *, code: int = 0) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=folder, env={**environment, "IAMGEN": IAMGEN},
            capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def begun(iamgen: Run, folder: Path, accounts: tuple[str, ...], ci: str = "github") -> Path:
    done = iamgen(folder, "init", "access", *options(accounts, ci))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return folder / "access"


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and ".git/" not in f"{path}"}


@SETS
def test_what_it_writes_passes_every_check(
    iamgen: Run, make: Run, tmp_path: Path, at_home: None, accounts: tuple[str, ...]
) -> None:
    """The three commands that it ends with, as they are printed, and all that CI would check."""
    done = iamgen(tmp_path, "init", "access", *options(accounts))
    commands = re.findall("^next: (.*)$", done.stderr, re.MULTILINE)
    assert len(commands) == 3
    output = make(tmp_path, " && ".join(commands))
    assert f"no findings in {len({account.partition('=')[2] for account in accounts})} templates" in output
    assert "warning" not in done.stderr + output
    folder = tmp_path / "access"
    make(folder, "make test")
    assert {path.parent.name for path in folder.glob("build/*/infra.json")} == {
        name
        for name, _, id_ in (account.partition("=") for account in accounts)
        if (name, id_) != ("user-only", "2" * 12)
    }
    assert make(folder, "git status --porcelain") == ""


@pytest.mark.parametrize("ci", ["github", "gitlab", "none"])
def test_the_files_are_those_that_were_chosen(iamgen: Run, tmp_path: Path, ci: str) -> None:
    folder = begun(iamgen, tmp_path, ONE_SET, ci)
    own = {
        "CONST.inc",
        "users.py",
        "requirements.txt",
        "Makefile",
        "README.md",
        ".gitignore",
        ".pre-commit-config.yaml",
    }
    own |= {"aws-cli.config.tpl", "aws-cli.credentials.tpl", "templates/policies/logs.json.j2"}
    workflows = {".github/workflows/iamgen-check.yml", ".github/workflows/iamgen-deploy.yml"}
    assert names(folder) == own | {"github": workflows, "gitlab": {".gitlab-ci.yml"}, "none": set[str]()}[ci]
    assert (folder / "requirements.txt").read_text().splitlines()[-1] == PIN


@pytest.mark.parametrize("ci", ["github", "gitlab", "none"])
def test_every_target_of_the_contract_exists(iamgen: Run, make: Run, tmp_path: Path, ci: str) -> None:
    folder = begun(iamgen, tmp_path, ONE_SET, ci)
    for target in TARGETS:
        assert make(folder, f"make --dry-run {target}")
    assert "make promote/%" in make(folder, "make")
    make(folder, "make nothing", code=2)


@SETS
@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_the_pipelines_that_it_shows_deploy_every_account(
    iamgen: Run, tmp_path: Path, at_home: None, accounts: tuple[str, ...], ci: str
) -> None:
    """What stands in users.py as a comment is taken out of it, and CI then has a role for each account."""
    folder = begun(iamgen, tmp_path, accounts, ci)
    text = (folder / "users.py").read_text()
    before, marked = text.split("# from iamgen import Pipeline\n")
    assert ('"acme@123/iam@456"' in before) == (ci == "github")  # as GitHub names a repository that is new
    code = "\n".join(line[2:] for line in marked.splitlines() if not re.match("# (GitLab|be) |#$", line))
    (folder / "users.py").write_text(f"{before}from iamgen import Pipeline\n{code}\n")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    done = iamgen(folder, "ci", ci)
    assert done.returncode == 0, done.stderr
    assert "DEPLOY_ROLE_ARN" not in done.stderr
    assert iamgen(folder, "render", "--all", "-o", "build", "--no-lint").returncode == 0


def test_the_right_that_ends_can_be_used_as_it_is_shown(iamgen: Run, tmp_path: Path) -> None:
    folder = begun(iamgen, tmp_path, ONE_SET)
    text = (folder / "users.py").read_text()
    (folder / "users.py").write_text(
        text.replace("import Policy", "import Grant, Policy").replace('# User("carol"', 'User("carol"')
    )
    assert '"aws:CurrentTime": "2031-01-01T00:00:00Z"' in iamgen(folder, "render", "prod", "--no-lint").stdout


@SETS
def test_it_can_be_released(iamgen: Run, make: Run, tmp_path: Path, at_home: None, accounts: tuple[str, ...]) -> None:
    folder = begun(iamgen, tmp_path, accounts)
    make(
        folder, "git init --quiet --bare --initial-branch=main ../origin.git && git init --quiet --initial-branch=main"
    )
    make(folder, "git remote add origin ../origin.git && git add --all && git commit --quiet --message Begin")
    make(folder, "git push --quiet --set-upstream origin main")
    assert "released v0.0.1" in make(folder, "make release ARGS=--yes")
    make(folder, "make promote/infra/v0.0.1 ARGS=--yes")
    assert "refs/heads/env/infra" in make(folder, "git ls-remote origin")


@pytest.mark.parametrize(
    "accounts", [ONE_SET, pytest.param(STAND_IN, marks=pytest.mark.long)], ids=["one set", "stand-in"]
)
def test_it_deploys(iamgen: Run, make: Run, tmp_path: Path, aws: Any, accounts: tuple[str, ...]) -> None:
    """As its README says: the people, then all accounts, and the people's groups."""
    folder = begun(iamgen, tmp_path, accounts)
    holder = "dev" if accounts == STAND_IN else "user-only"
    profiles = (
        {"USER_ONLY": "of-user-only", "DEV": "of-dev", "PROD": "of-prod"}
        if holder != "dev"
        else {"DEV": "of-dev", "PROD": "of-prod"}
    )
    with (folder / "CONST.inc").open("a") as constants:
        constants.writelines(f"{name}_AWS_PROFILE={profile}\n" for name, profile in profiles.items())
    text = (folder / "README.md").read_text()
    create = "iamgen user create --all-missing --password-file"
    commands = (create, "iamgen deploy --all", f"make deploy/{holder} ARGS=--repair")
    assert re.findall("|".join(map(re.escape, commands)), text)[:3] == list(commands)
    make(folder, f"{IAMGEN} {create.partition(' ')[2]} {tmp_path}/passwords --yes; test $? = 4")
    assert "create the stack infra" in make(folder, f"make deploy/{holder} ARGS=--dry-run")
    make(folder, f"{IAMGEN} deploy --all --yes && make deploy/{holder} ARGS='--repair --yes'")
    people = "222222222222" if holder == "dev" else "111111111111"
    assert aws.trusted("prod", "OpsR") == {f"arn:aws:iam::{people}:user/ann"}
    assert aws.trusted("prod", "LogsR") == {f"arn:aws:iam::{people}:user/bob"}
    assert aws.trusted("dev", "OpsR") == {f"arn:aws:iam::{people}:user/{name}" for name in ("ann", "bob")}
    groups = aws.client("iam", holder).list_groups_for_user(UserName="bob")["Groups"]
    assert {group["GroupName"].split("-")[1] for group in groups} == {"AssumeRoleG", "ManageOwnUserG"}


def test_everything_that_is_wrong_is_told_at_once(iamgen: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bad = ["dev=11111111111", "dev=222222222222", "Shop_Dev=x", "prod=", "live=333333333333"]
    named = [part for account in bad for part in ("--account", account)]
    people = [part for person in ("a b", "joe", "Joe", "x" * 65) for part in ("--person", person)]
    done = iamgen(tmp_path, "init", "file", "--yes", *named, *people, "--region", "eu-wst-1", "--iamgen", "iamgen>=1")
    assert done.returncode == 2
    assert (
        done.stderr
        == f"""\
error: --account dev: the id '11111111111' has 11 digits
hint: an account id has 12 digits, leading zeros included
error: --account Shop_Dev: this is no name for an account
hint: lower case letters and digits, words joined by a hyphen: shop-dev
error: --account Shop_Dev: the id 'x' has other characters than digits
hint: an account id has 12 digits, leading zeros included
error: --account prod: it has no id
hint: write --account prod=111111111111
error: --account dev: the account is named twice
hint: name each account once
error: --region eu-wst-1: AWS has no such region, as far as iamgen knows
hint: did you mean eu-west-1?
error: --person a b: no IAM user can have this name
hint: an IAM name has letters, digits and _+=,.@- only
error: --person {"x" * 65}: the name has 65 characters
hint: a user's name has 64 at most
error: --person joe and Joe: the person is named twice
hint: IAM compares names without case
error: --iamgen: 'iamgen>=1' leaves open which iamgen is installed
hint: write a line such as iamgen @ git+https://…@v1.2.3, the version that you have looked at
error: {tmp_path.resolve()}/file: it is no folder
hint: name another folder: iamgen init DIR
"""
    )
    assert names(tmp_path) == {"file"}


@pytest.mark.parametrize(
    ("accounts", "message"),
    [
        (
            ["a-dev=111111111111", "b-dev=222222222222"],
            "error: --account: no account holds the people, and a-dev, b-dev could each stand in\n"
            "hint: add --account user-only=ID; with the id of a-dev as ID, a-dev holds the people too\n",
        ),
        (
            ["prod=111111111111"],
            "error: --account: no account is there to hold the people\nhint: add --account user-only=ID\n",
        ),
        (
            ["production=111111111111"],
            "error: --account: no account is there to hold the people\nhint: add --account user-only=ID\n",
        ),
        (
            ["user-only=111111111111", "live=111111111111"],
            "error: --account live: the id 111111111111 is also that of user-only\n"
            "hint: give each its own; only user-only and an account that is not for production may share one\n",
        ),
        (
            ["user-only=111111111111", "prod=111111111111"],
            "error: --account prod: the id 111111111111 is also that of user-only\n"
            "hint: give each its own; only user-only and an account that is not for production may share one\n",
        ),
        (
            ["user-only=111111111111"],
            "error: --account: there is no account to work in\nhint: add such as --account dev=222222222222\n",
        ),
        (
            [],
            "error: iamgen init: --account: nothing can stand in for it\nhint: such as --account dev=111111111111\n",
        ),
    ],
)
def test_accounts_that_do_not_go_together_are_refused(
    iamgen: Run, tmp_path: Path, accounts: list[str], message: str
) -> None:
    done = iamgen(tmp_path, "init", "--yes", *(part for account in accounts for part in ("--account", account)))
    assert (done.returncode, done.stderr, names(tmp_path)) == (2, message, set())


def test_without_a_terminal_and_too_few_options_nothing_is_done(iamgen: Run, tmp_path: Path) -> None:
    done = iamgen(tmp_path, "init", "new", "--person", "ann", "--region", "us-east-1")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: iamgen init: there is no terminal to ask on, and no --account, --ci\n"
        "hint: add them; --yes takes github for what is not chosen\n"
    )
    assert not (tmp_path / "new").exists()


def test_every_line_that_leaves_no_requirement_is_refused(iamgen: Run, tmp_path: Path) -> None:
    done = iamgen(tmp_path, "init", "--yes", "--account", "dev=222222222222", "--iamgen", "flask==1.2.3")
    assert "error: --iamgen: 'flask==1.2.3' is no requirement of iamgen\n" in done.stderr


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no folder into which nobody can write")
def test_where_nothing_can_be_written_nothing_is(iamgen: Run, tmp_path: Path) -> None:
    done = iamgen(tmp_path, "init", "/proc/new", *options(ONE_SET))
    assert done.returncode == 1
    assert "error: /proc/new: cannot be written: " in done.stderr


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from iamgen.new_repository.place import NewRepositoryPlace

    monkeypatch.setattr("os.access", lambda *_: False)  # for root there is no such folder
    (fault,) = NewRepositoryPlace.of(tmp_path / "new").faults()
    assert (fault.where, fault.problem) == (str(tmp_path.resolve()), "you may not write into it")


def test_what_is_there_stays(iamgen: Run, make: Run, tmp_path: Path, at_home: None) -> None:
    """In a git repository with other work: files of the same name stay, and only the new ones are to be committed."""
    make(
        tmp_path,
        "git init --quiet --initial-branch=main work && mkdir -p work/team/access && echo mine > work/team/access/README.md",
    )
    (tmp_path / "work" / "other.txt").write_text("not ready\n")
    (tmp_path / "work" / "team" / "access" / "CONST.inc").symlink_to("nowhere")
    done = iamgen(tmp_path / "work", "init", "team/access", "--yes", "--account", "dev=222222222222")
    assert (
        "error: --account: CONST.inc is there already, and no file is changed\nhint: write it into CONST.inc\n"
        in done.stderr
    )
    (tmp_path / "work" / "team" / "access" / "CONST.inc").unlink()
    done = iamgen(tmp_path / "work", "init", "team/access", *options(ONE_SET))
    assert "\nREADME.md: is there already, and stays as it is\n" in done.stderr
    assert "\n../../.github/workflows/iamgen-check.yml: written\n" in done.stderr
    assert (tmp_path / "work" / "team" / "access" / "README.md").read_text() == "mine\n"
    commands = re.findall("^next: (.*)$", done.stderr, re.MULTILINE)
    make(tmp_path / "work", " && ".join(commands))
    assert make(tmp_path / "work", "git status --porcelain").splitlines() == [
        "?? other.txt",
        "?? team/access/README.md",
    ]
    assert "make -C team/access check" in (tmp_path / "work" / ".pre-commit-config.yaml").read_text()
    make(tmp_path / "work", "make -C team/access ci-check")


@pytest.mark.parametrize(
    "gone", ["users.py", "Makefile", "requirements.txt", "templates/policies/logs.json.j2", ".gitlab-ci.yml"]
)
def test_a_second_run_goes_on_where_the_first_stopped(iamgen: Run, tmp_path: Path, at_home: None, gone: str) -> None:
    folder = begun(iamgen, tmp_path, STAND_IN, "gitlab")
    before = {name: (folder / name).read_text() for name in names(folder)}
    (folder / gone).unlink()
    chosen = {"users.py": PEOPLE, "requirements.txt": ("--iamgen", PIN)}.get(gone, ())
    done = iamgen(folder, "init", *chosen, "--ci", "gitlab")
    assert done.returncode == 0, done.stderr
    assert {name: (folder / name).read_text() for name in names(folder)} == before
    assert f"\n{gone}: written\n" in f"\n{done.stderr}"
    assert done.stderr.count(": is there already, and stays as it is\n") == len(before) - 1


def test_the_same_command_again_changes_nothing_and_has_the_same_next_steps(
    iamgen: Run, make: Run, tmp_path: Path, at_home: None
) -> None:
    """As after a first run that was killed: some of its files are there, and nothing is committed."""
    folder = begun(iamgen, tmp_path, STAND_IN, "none")
    before = {name: (folder / name).read_text() for name in names(folder)}
    (folder / "Makefile").unlink()
    (folder / ".Makefile.x7").touch()  # what a killed process leaves
    for written in ("Makefile: written\n", "Makefile: is there already, and stays as it is\n"):
        done = iamgen(tmp_path, "init", "access", *options(STAND_IN, "none"))
        assert (done.returncode, written in done.stderr) == (0, True), done.stderr
        assert re.findall(r"^next: git .* git add (.*) && git commit [^/]*$", done.stderr, re.MULTILINE) == [
            " ".join(line.partition(":")[0] for line in done.stderr.splitlines() if line.endswith(("written", "it is")))
        ]
    assert {name: (folder / name).read_text() for name in names(folder)} == {**before, ".Makefile.x7": ""}
    make(tmp_path, " && ".join(re.findall("^next: (.*)$", done.stderr, re.MULTILINE)))
    assert make(folder, "git status --porcelain") == "?? .Makefile.x7\n"
    assert "next: git" not in iamgen(tmp_path, "init", "access", *options(STAND_IN, "none")).stderr


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        (("--account", "dev=222222222222"), ""),
        (("--account", "dev=222222222223"), "--account: CONST.inc"),
        (("--account", "stage=222222222222"), "--account: CONST.inc"),
        (("--region", "eu-west-1"), ""),
        (("--region", "us-east-1"), "--region: CONST.inc"),
        (("--person", "bob", "--person", "ann"), ""),
        (("--person", "ann", "--person", "eve"), "--person: users.py"),
        (("--iamgen", PIN), ""),
        (("--iamgen", f"{PIN}4"), "--iamgen: requirements.txt"),
    ],
)
def test_an_option_that_says_something_else_than_the_file_is_refused(
    iamgen: Run, tmp_path: Path, changed: tuple[str, ...], refused: str
) -> None:
    folder = begun(iamgen, tmp_path, STAND_IN, "none")
    done = iamgen(folder, "init", "--ci", "none", *changed)
    assert (done.returncode, refused in done.stderr) == (2 if refused else 0, True), done.stderr
    assert ("no file is changed" in done.stderr) == bool(refused)


def test_files_that_cannot_be_read_say_nothing(tmp_path: Path) -> None:
    from iamgen.new_repository.choices import NewRepository
    from iamgen.new_repository.existing_choices import is_stated

    for name in ("CONST.inc", "users.py", "requirements.txt"):
        (tmp_path / name).write_bytes(b"\xff(")
    chosen = NewRepository((), "eu-west-1", ("ann",), "none", PIN)
    assert not any(is_stated(name, chosen, tmp_path) for name in ("accounts", "region", "people", "requirement"))


def test_what_is_staged_is_not_committed_with_the_new_files(
    iamgen: Run, make: Run, tmp_path: Path, at_home: None
) -> None:
    make(tmp_path, "git init --quiet --initial-branch=main work && cd work && echo a > mine && git add mine")
    done = iamgen(tmp_path / "work", "init", "access", *options(ONE_SET))
    make(tmp_path / "work", "cd access && " + re.findall("^next: (git .*)$", done.stderr, re.MULTILINE)[0])
    assert make(tmp_path / "work", "git status --porcelain") == "A  mine\n"


def test_an_empty_value_is_no_default(iamgen: Run, tmp_path: Path) -> None:
    done = iamgen(tmp_path, "init", "--yes", "--account", "dev=222222222222", "--region", "", "--iamgen", " ")
    assert (done.returncode, names(tmp_path)) == (2, set())
    hint = "hint: write a value, or leave the option out\n"
    assert done.stderr == f"error: --region: it is empty\n{hint}error: --iamgen: it is empty\n{hint}"


def test_folders_that_nobody_can_enter_are_no_bug(iamgen: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from iamgen.new_repository.draft import drafted
    from iamgen.new_repository.place import NewRepositoryPlace

    (tmp_path / "loop").symlink_to("loop")
    done = iamgen(tmp_path, "init", "loop", *options(ONE_SET))
    assert (done.returncode, "loop: it is no folder\n" in done.stderr) == (1, True)

    (tmp_path / "closed" / "deep").mkdir(parents=True)
    with drafted(NewRepositoryPlace.of(tmp_path), {"users.py": ""}) as draft:  # which does not look into it
        assert (draft / "closed").is_symlink()
    is_dir = Path.is_dir

    def refused(path: Path) -> bool:
        if path.name == "new":
            raise PermissionError
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", refused)
    monkeypatch.setattr("os.access", lambda *_: False)
    (fault,) = NewRepositoryPlace.of(tmp_path / "closed" / "new").faults()
    assert (fault.where, fault.problem) == (str(tmp_path.resolve() / "closed"), "you may not write into it")


def test_what_files_of_somebody_else_lack_is_told(iamgen: Run, tmp_path: Path) -> None:
    """And the next commands do without the targets that the Makefile lacks."""
    theirs = {"Makefile": "all:\n\nhelp: all\n", ".gitignore": "/build\n.venv\n", ".gitlab-ci.yml": "x: {script: a}\n"}
    for name, text in theirs.items():
        (tmp_path / name).write_text(text)
    done = iamgen(tmp_path, "init", *options(STAND_IN, "gitlab"))
    assert done.returncode == 0, done.stderr
    assert (
        "\nwarning: Makefile: it has no target render, check, release, ci, ci-check, test, bench, clean, "
        "which README.md and the hooks of pre-commit use\n"
        "hint: move it away and run iamgen init again, or use the commands of iamgen\n"
        "warning: .gitignore: git would take what iamgen makes for a part of the repository\n"
        "hint: add these lines to it: __pycache__/ aws-iam-console-switch-role.*\n"
        "warning: .gitlab-ci.yml: it is not what CI needs to check and deploy what was declared here\n"
        "hint: iamgen ci gitlab writes it, or says what is in its way\n"
        "next: iamgen check\n"
    ) in done.stderr
    assert "\nnext: iamgen render --all -o build\n" in done.stderr
    assert {name: (tmp_path / name).read_text() for name in theirs} == theirs
    (tmp_path / "Makefile").write_text("check:\n\nrender:\n")
    done = iamgen(tmp_path, "init", "--ci", "none")
    assert "warning: Makefile" not in done.stderr
    assert "\nnext: make check\n" in done.stderr


def test_a_second_run_knows_which_ci_it_is(iamgen: Run, tmp_path: Path) -> None:
    folder = begun(iamgen, tmp_path, STAND_IN, "gitlab")
    assert ".gitlab-ci.yml: is there already" in iamgen(folder, "init", "--yes").stderr
    assert not (folder / ".github").exists()


def test_what_is_wrong_with_the_files_that_are_there_is_told(iamgen: Run, tmp_path: Path) -> None:
    (tmp_path / "users.py").write_text(
        "from iamgen import User\nOPS_SERVICES = ('s3',)\nUSERS = (User('ann', {'stage': 'OpsR'}),)\n"
    )
    done = iamgen(tmp_path, "init", "--yes", "--account", "dev=222222222222")
    assert "error: users.py:3:23: User 'ann': there is no account 'stage'\n" in done.stderr
    assert names(tmp_path) == {"users.py"}


def test_it_asks(at_terminal: Any, iamgen: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "iamgen", "init", "access", "--iamgen", PIN]
    answers = [
        ("Projects, or none for a single set of accounts [none]: ", "Shop"),
        ("Projects, or none for a single set of accounts [none]: ", "shop, blog"),
        ("The accounts of each project [dev prod]: ", ""),
        ("Account id of shop-dev: ", "22222222222"),
        ("Account id of shop-dev: ", "2222-2222-2222"),
        ("Account id of shop-prod: ", "222222222222"),
        ("Account id of shop-prod: ", "333333333333"),
        ("Account id of blog-dev: ", ""),
        ("Account id of blog-dev: ", "444444444444"),
        ("Account id of blog-prod: ", "555555555555"),
        ("Account id of user-only, or the name of that account [shop-dev]: ", "blog-prod"),
        ("Account id of user-only, or the name of that account [shop-dev]: ", "blog-dev"),
        ("Region of the stacks [eu-west-1]: ", "eu-wst-1"),
        ("Region of the stacks [eu-west-1]: ", ""),
        ("User names of the people; the first looks after the accounts [", "ann bob"),
        ("CI: github, gitlab or none [github]: ", "gitlub"),
        ("CI: github, gitlab or none [github]: ", "none"),
    ]
    code, screen = at_terminal(tmp_path, command, answers)
    assert code == 0, screen
    for refused in (
        "Shop: this is no name for a project; lower case letters and digits, words joined by a hyphen: shop",
        "the id '22222222222' has 11 digits; an account id has 12 digits, leading zeros included",
        "222222222222 is the id of shop-dev; each account has an id of its own",
        "an answer is needed",
        "'blog-prod' is no account id, and no account that can hold the people beside its own purpose; "
        "an id has 12 digits; the accounts are shop-dev, blog-dev",
        "AWS has no such region, as far as iamgen knows; did you mean eu-west-1?",
        "there is no choice 'gitlub'; did you mean g",
    ):
        assert refused in screen
    assert "The people have an account of their own, user-only, or share one for development.\n" in screen
    assert all(len(question) + len("a-long-name") <= 80 for question, _ in answers)
    assert "USER_ONLY_AWS_ACCOUNT_ID=${BLOG_DEV_AWS_ACCOUNT_ID}\n" in (tmp_path / "access" / "CONST.inc").read_text()
    assert iamgen(tmp_path / "access", "render", "--all", "-o", "build", "--no-lint").returncode == 0


def test_whoever_ends_the_questions_gets_no_files(at_terminal: Any, tmp_path: Path) -> None:
    answers = [
        ("Projects, or none for a single set of accounts [none]: ", "shop"),
        ("The accounts of each project", "\x04"),
    ]
    code, screen = at_terminal(tmp_path, [sys.executable, "-m", "iamgen", "init"], answers)
    assert (code, "interrupted" in screen, names(tmp_path)) == (130, True, set())


def test_its_templates_for_the_workstation_are_those_of_the_example() -> None:
    for name in ("aws-cli.config.tpl", "aws-cli.credentials.tpl"):
        assert (ROOT / "templates" / "init" / name).read_bytes() == (ROOT / name).read_bytes()


@pytest.mark.skipif(not shutil.which("pre-commit"), reason="pre-commit is not installed")
def test_pre_commit_takes_its_configuration(iamgen: Run, make: Run, tmp_path: Path, at_home: None) -> None:
    folder = begun(iamgen, tmp_path, ONE_SET)
    make(folder, "git init --quiet && git add --all && pre-commit run --all-files")


def test_names_of_every_kind_are_written_well(iamgen: Run, tmp_path: Path) -> None:
    people = ("--person", "x,y@z", "--person", "b+=")
    accounts = ("--account", "live=111111111111", "--account", "tools=222222222222")
    done = iamgen(tmp_path, "init", "access", "--yes", *accounts, *people)
    assert done.returncode == 0, done.stderr
    line = "live is taken for production, by its name; if it is not, write LIVE_AWS_ACCOUNT_KIND=workload in CONST.inc"
    assert f"{line}\n" in done.stderr
    assert "looks like production" not in done.stderr
    assert "LIVE_AWS_ACCOUNT_KIND=prod\n" in (tmp_path / "access" / "CONST.inc").read_text()
    assert (
        'User("b+=", {"tools": "OpsR", "live": ("LogsR", "ReadR")})' in (tmp_path / "access" / "users.py").read_text()
    )
    assert iamgen(tmp_path / "access", "check", "--no-lint").returncode == 0


QUESTIONS: tuple[dict[str, Any], ...] = (
    {"who": "ann", "action": "iam:CreateUser", "in": "prod", "expect": "yes"},
    {"who": "ann", "action": "iam:CreateUser", "in": "holder", "expect": "yes"},
    {"who": "ann", "action": "iam:CreateRole", "in": "dev", "via": "DeployR", "expect": "yes"},
    {"who": "ann", "action": "s3:PutObject", "in": "prod", "via": "DeployR", "expect": "no"},
    {"who": "ann", "action": "iam:CreateUser", "in": "prod", "mfa": False, "expect": "no"},
    {"who": "ann", "action": "iam:CreateUser", "in": "holder", "mfa": False, "expect": "no"},
    {"who": "bob", "action": "s3:PutObject", "in": "dev", "expect": "yes"},
    {"who": "bob", "action": "s3:PutObject", "in": "dev", "mfa": False, "expect": "no"},
    {"who": "bob", "action": "s3:GetObject", "in": "prod", "expect": "yes"},
    {"who": "bob", "action": "s3:PutObject", "in": "prod", "expect": "no"},
    {"who": "bob", "action": "s3:GetObject", "in": "prod", "via": "LogsR", "expect": "no"},
    {"who": "bob", "action": "logs:FilterLogEvents", "in": "prod", "via": "LogsR", "expect": "yes",
     "on": "arn:aws:logs:eu-west-1:333333333333:log-group:a:*"},
    {"who": "bob", "action": "logs:FilterLogEvents", "in": "dev", "via": "LogsR", "expect": "no"},
    {"who": "bob", "action": "iam:CreateUser", "in": "dev", "expect": "no"},
    {"who": "bob", "action": "iam:CreateUser", "in": "holder", "expect": "no"},
    {"who": "bob", "action": "iam:UpdateAssumeRolePolicy", "in": "holder", "expect": "no"},
    {"who": "bob", "action": "iam:PassRole", "in": "dev", "expect": "no"},
    {"who": "bob", "action": "iam:CreateUser", "in": "prod", "expect": "no"},
)  # fmt: skip


@SETS
def test_people_may_do_what_their_entries_say_and_no_more(
    iamgen: Run, tmp_path: Path, accounts: tuple[str, ...]
) -> None:
    """Bob works where it is not for production and cannot raise his power, not even where people live in dev too."""
    folder = begun(iamgen, tmp_path, accounts, "none")
    project = "shop-" if accounts == PROJECTS else ""
    places = {
        "dev": f"{project}dev",
        "prod": f"{project}prod",
        "holder": "dev" if accounts == STAND_IN else "user-only",
    }
    lines = [json.dumps({**question, "in": places[question["in"]]}) for question in QUESTIONS]
    (tmp_path / "questions").write_text("\n".join(lines))
    done = iamgen(folder, "can", "--questions", str(tmp_path / "questions"))
    answers = [json.loads(line)["answer"] for line in done.stdout.splitlines()]
    assert answers == [question["expect"] for question in QUESTIONS], done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_the_steps_of_its_ci_pass(iamgen: Run, make: Run, tmp_path: Path, at_home: None, ci: str) -> None:
    """Every command of the check job that needs no CI service, as it stands in the file."""
    import yaml

    folder = begun(iamgen, tmp_path, PROJECTS, ci)
    make(folder, "git init --quiet --initial-branch=main && git add . && git commit --quiet --message Begin")
    if ci == "github":
        workflow = yaml.safe_load((folder / ".github/workflows/iamgen-check.yml").read_text())
        steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    else:
        jobs = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())
        steps = ["\n".join(jobs[name]["script"]) for name in ("check", "cfn-lint", "ci-file")]
    run = [step for step in steps if not step.startswith("pip install")]
    assert len(run) >= 3
    path = (
        f"PATH={Path(sys.executable).parent}:$PATH; export PATH BASE=HEAD TARGET=HEAD GITHUB_STEP_SUMMARY=/dev/null\n"
    )
    for step in run:
        make(folder, f"set -e\n{path}{step}")


def test_a_users_py_of_somebody_else_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from iamgen.new_repository.place import NewRepositoryPlace

    (tmp_path / "users.py").write_text("")
    monkeypatch.setattr("os.geteuid", lambda: 4321)
    (fault,) = NewRepositoryPlace.of(tmp_path).faults()
    assert "the users.py there was not run" in fault.problem
