"""What many tests need: a repository of an operator's, and the real program run in it."""

from __future__ import annotations

import gc
import os
import runpy
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import hypothesis
import pexpect
import pytest

from tests.published_schemas import require_published, schema_of_call

# Looking for garbage as often as Python does by itself takes a fifth of the time of tests that decide about access.
gc.set_threshold(100_000, 20, 50)
# A shell that starts the tests with `&` lets them ignore ^C, and so do all programs that they start. The tests that
# interrupt a program would then wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# How long an example takes says something about the machine, not about the code.
# .ci/run takes fewer examples, to end in time, and the same ones each time, so that a commit that passed passes again;
# `make test` takes 100 at random.
hypothesis.settings.register_profile(
    "iamgen",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "100")),
    derandomize="EXAMPLES" in os.environ,
)
hypothesis.settings.load_profile("iamgen")

CONST = """\
GLOBAL_AWS_REGION=eu-west-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
DEV_AWS_ACCOUNT_ID=222222222222
PROD_AWS_ACCOUNT_ID=333333333333
"""
USERS = """\
from iamgen import *
OPS_SERVICES = ("ec2", "s3")
USERS = (User("alice", {"dev": "AdminR", "prod": "OpsR"}), User("bob", {"dev": "OpsR", "prod": "ReadR"}))
"""
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
At = Callable[..., "tuple[int, str]"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write the golden templates anew")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes long and changes seldom; .ci/run leaves it out, make test does not")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "WITHOUT_LONG" in os.environ:
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="takes long: make test runs it"))


@pytest.fixture
def make_repo(tmp_path: Path) -> MakeRepo:
    """Return what makes a repository of these two files and returns its folder."""

    def make(users: str | bytes = USERS, const: str | bytes = CONST, name: str = "repo") -> Path:
        root = tmp_path / name
        root.mkdir()
        for file, content in (("users.py", users), ("CONST.inc", const)):
            (root / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        return root.resolve()

    return make


def inherited() -> dict[str, str]:
    """Return what programs need of our own environment."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR", "LANG") if name in os.environ}


@pytest.fixture
def environment(tmp_path: Path, lint_cache: str) -> dict[str, str]:
    """Return an environment in which nothing of the person's own is found or touched."""
    environment_kept = inherited()
    environment_kept["SOURCE_DATE_EPOCH"] = str(int(NOW.timestamp()))
    return {**environment_kept, "HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": lint_cache}


@pytest.fixture(scope="session")
def running_program() -> Iterator[Any]:
    """Return the process that runs the program for all tests of this process."""
    with runpy.run_path(str(Path(__file__).parent / "program.py"))["program"](inherited()) as running:
        yield running


@pytest.fixture
def iamgen(environment: dict[str, str], running_program: Any) -> Iamgen:
    """Return what runs the real program: `iamgen(root, "render", "dev", NO_COLOR="1")`.

    What it prints as JSON is held against the schema that is published for it, in every test.
    """

    def run(cwd: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = running_program.run(cwd, args, {**environment, **env})
        if done.stdout and (schema := schema_of_call(args)):
            require_published(schema, done.stdout)
        return done

    return run


@pytest.fixture
def at_terminal(environment: dict[str, str]) -> At:
    """Return what runs a command on a terminal, answering what it asks; it returns the exit code and all that is seen.

    `at_terminal(root, ["aws", "s3", "ls"], [("MFA code", "123456")], HOME="…")`
    """

    def run(cwd: Path, command: list[str], answers: list[tuple[str, str]], **env: str) -> tuple[int, str]:
        child = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(cwd),
            env={**environment, **env},
            encoding="utf-8",
            timeout=30,
            dimensions=(50, 200),
        )
        shown = ""
        for question, answer in answers:
            child.expect_exact(question)
            shown += f"{child.before}{question}"
            child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus is not None, f"ended by signal {child.signalstatus}"
        return child.exitstatus, f"{shown}{child.before}".replace("\r\n", "\n")

    return run


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a local AWS for as long as this process tests; yield its URL."""
    running = runpy.run_path(str(Path(__file__).parent / "emulator" / "process.py"))["running"]
    with running(home=tmp_path_factory.mktemp("emulator")) as url:
        yield url


@pytest.fixture
def local_aws(emulator: str) -> str:
    """Return the URL of a local AWS that is empty; a key id of twelve digits is the account of that id."""
    with urlopen(Request(f"{emulator}/_ministack/reset", method="POST"), timeout=10) as answer:  # noqa: S310  # ours
        assert answer.status == 200
    return emulator


@dataclass(frozen=True)
class Aws:
    """A local AWS with three accounts, and a profile of this environment for each."""

    url: str

    def client(self, service: str, account: str) -> Any:
        """Return a client of an account, named as in CONST.inc."""
        import boto3

        return boto3.client(
            service, endpoint_url=self.url, region_name="eu-west-1",
            aws_access_key_id=ACCOUNTS[account], aws_secret_access_key="any",
        )  # fmt: skip

    def people(self, *names: str) -> None:
        """Create users where people are; a name may have a path: `/auditors/dave`."""
        for name in names:
            path, _, last = name.rpartition("/")
            self.client("iam", "user-only").create_user(UserName=last, Path=f"{path}/")

    def trusted(self, account: str, role: str) -> set[str]:
        """Return whom a role really trusts there, read back from IAM."""
        result = self.client("iam", account).get_role(RoleName=f"infra-{role}-{ACCOUNTS[account]}")["Role"]
        principals = [entry["Principal"]["AWS"] for entry in result["AssumeRolePolicyDocument"]["Statement"]]
        return {
            entry for principal in principals for entry in ([principal] if isinstance(principal, str) else principal)
        }

    def status(self, account: str) -> str:
        """Return the status of the account's stack, nothing when there is none."""
        stacks = self.client("cloudformation", account).describe_stacks()["Stacks"]
        return next((str(stack["StackStatus"]) for stack in stacks if stack["StackName"] == "infra"), "")

    def change_sets(self, account: str) -> list[str]:
        """Return the change sets that wait on the account's stack."""
        result = self.client("cloudformation", account).list_change_sets(StackName="infra")["Summaries"]
        return [entry["ChangeSetId"] for entry in result if entry["ExecutionStatus"] == "AVAILABLE"]


ACCOUNTS = {"user-only": "111111111111", "dev": "222222222222", "prod": "333333333333"}


@pytest.fixture
def aws(local_aws: str, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Return an empty local AWS; for this process and for programs in `environment` it is all of AWS there is."""
    config = tmp_path / "aws-config"
    config.write_text(
        "".join(
            f"[profile of-{name}]\nregion = eu-west-1\naws_access_key_id = {id_}\naws_secret_access_key = any\n"
            for name, id_ in ACCOUNTS.items()
        )
    )
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    own = {"AWS_ENDPOINT_URL": local_aws, "AWS_CONFIG_FILE": str(config), "AWS_EC2_METADATA_DISABLED": "true"}
    own |= {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "SOURCE_DATE_EPOCH": environment["SOURCE_DATE_EPOCH"],
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    environment |= own
    return Aws(local_aws)


GIT_CONFIG = """\
[user]
    name = Ann Owner
    email = ann@example.com
[init]
    defaultBranch = main
[advice]
    detachedHead = false
[protocol "file"]
    allow = always
"""


@dataclass(frozen=True)
class Clone:
    """A clone of the world's remote: real git, run in it."""

    folder: Path

    def git(self, *args: str) -> str:
        done = subprocess.run(["git", *args], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {' '.join(args)}: {done.stderr}"
        return done.stdout.strip()

    def commit(self, message: str, **files: str) -> str:
        """Write files, `users_py="…"` being users.py, commit, and return the commit's id."""
        for name, content in files.items():
            (self.folder / name.replace("_py", ".py")).write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def push(self, *specs: str) -> None:
        self.git("push", "--quiet", "origin", *(specs or ("HEAD",)))

    def remote_refs(self) -> dict[str, str]:
        """Return the references of the remote with the commits they lead to."""
        rows = (line.split("\t") for line in self.git("ls-remote", "origin").splitlines())
        return {name.removesuffix("^{}"): identity for identity, name in rows if name != "HEAD"}

    def tags(self) -> list[str]:
        return self.git("tag", "--list").split()


@dataclass(frozen=True)
class World:
    """A bare remote whose main branch has a declaration, and clones of it by several people."""

    folder: Path

    def clone(self, name: str, *options: str) -> Clone:
        source = f"file://{self.folder}/origin.git"
        subprocess.run(["git", "clone", "--quiet", *options, source, str(self.folder / name)], check=True)
        clone = Clone(self.folder / name)
        clone.git("config", "user.name", name.capitalize())
        clone.git("config", "user.email", f"{name}@example.com")
        return clone


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git in this process know nothing of the person's own configuration."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(GIT_CONFIG)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def world(tmp_path: Path, at_home: None) -> World:
    """Return a remote with one commit on main."""
    folder = tmp_path / "a world"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder / "origin.git")], check=True)
    first = World(folder).clone("first")
    (first.folder / "CONST.inc").write_text(CONST)
    first.commit("Begin", users_py=USERS)
    first.push()
    return World(folder)


@pytest.fixture(scope="session")
def lint_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a cache folder for all tests, which lint the same templates again and again, and for all their workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "lint-cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)
