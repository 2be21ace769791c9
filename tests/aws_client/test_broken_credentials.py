"""Every broken set-up of credentials is told for what it is, for its account alone; the other accounts go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from iamgen.aws_client.clients import Credentials, connect, require_account

Aws = Any
Iamgen = Any
MakeRepo = Callable[..., Path]
PROCESS = "look at credential_process of that profile in ~/.aws/config, and run the program by hand"
OUTPUT = "it has to print an object with Version 1, AccessKeyId and SecretAccessKey: run the program by hand"
COPIED = "set it anew: a copied value often brings a line feed along"
SSO_LOGIN = "aws sso login, with that profile"
TOKEN_FILE = (
    "look at AWS_WEB_IDENTITY_TOKEN_FILE, and at web_identity_token_file in ~/.aws/config: a job writes the file"
)
CONFIGURATION = "look at ~/.aws/config, at ~/.aws/credentials and at the AWS_ variables of the environment"
ENDPOINT = "look at AWS_ENDPOINT_URL, and at endpoint_url in ~/.aws/config: it is such as http://127.0.0.1:4566"
NETWORK = "look at the network and at AWS_ENDPOINT_URL; what is under way in AWS goes on"
SHAPE = "credential_process prints JSON of another shape"
ROLE = "role_arn = arn:aws:iam::222222222222:role/deployer\n"
KEYS = '"Version": 1, "AccessKeyId": "222222222222", "SecretAccessKey": "any"'


class Profile(NamedTuple):
    """A profile that gives no credentials, and what is said of it."""

    name: str
    lines: str
    """Its lines in ~/.aws/config; HOME is the home folder."""
    problem: str
    hint: str


def process(name: str, command: str, problem: str, hint: str = OUTPUT) -> Profile:
    return Profile(name, f"credential_process = {command}\n", problem, hint)


def sso(name: str, problem: str) -> Profile:
    lines = f"sso_account_id = 1\nsso_role_name = r\nsso_start_url = https://{name}.example\nsso_region = eu-west-1\n"
    return Profile(name, lines, f"not signed in: {problem}", SSO_LOGIN)


def sso_session(name: str, problem: str) -> Profile:
    lines = f"sso_session = {name}\nsso_account_id = 1\nsso_role_name = r\n"
    return Profile(name, lines, f"not signed in: {problem}", SSO_LOGIN)


UNREADABLE_TOKEN = "the token in ~/.aws/sso/cache cannot be read"
PROFILES = (
    process("absent", "HOME/none x", "credential_process cannot be run: HOME/none: No such file or directory", PROCESS),
    process("not-run", "HOME/file", "credential_process cannot be run: HOME/file: Permission denied", PROCESS),
    process("open-quote", "echo 'x", "credential_process cannot be run: No closing quotation", PROCESS),
    process("no-ticket", "sh -c 'echo no ticket >&2; exit 3'", "credential_process fails: no ticket", PROCESS),
    process("mute", "false", "credential_process fails: it does not say why", PROCESS),
    process("no-output", "true", "credential_process prints no JSON"),
    process("hello", "echo hello", "credential_process prints no JSON"),
    process("no-text", r"printf '\377'", "credential_process prints no JSON"),
    process("a-list", "echo []", SHAPE),
    process("null", "echo null", SHAPE),
    process(
        "old-version",
        """echo '{"Version": 0}'""",
        f"{SHAPE}: Unsupported version '0' for credential process provider, supported versions: 1",
    ),
    process(
        "no-key",
        """echo '{"Version": 1}'""",
        "credential_process prints JSON of another shape: Missing required key in response: 'AccessKeyId'",
    ),
    process(
        "no-time",
        f"""echo '{{{KEYS}, "SessionToken": "x", "Expiration": "soon"}}'""",
        "credential_process prints an Expiration that is no time",
    ),
    process(
        "line-feed",
        rf"""printf '%s' '{{{KEYS}, "SessionToken": "to\nken"}}'""",
        "the session token is not one word of ASCII characters",
        COPIED,
    ),
    Profile(
        "no-token",
        f"{ROLE}web_identity_token_file = HOME/none\n",
        "the web identity token file cannot be read: HOME/none: No such file or directory",
        TOKEN_FILE,
    ),
    Profile(
        "token-dir",
        f"{ROLE}web_identity_token_file = HOME\n",
        "the web identity token file cannot be read: HOME: Is a directory",
        TOKEN_FILE,
    ),
    sso("sso-none", "Error loading SSO Token: Token for https://sso-none.example does not exist"),
    sso("sso-list", "Error loading SSO Token: Token for https://sso-list.example is invalid"),
    sso("sso-empty", UNREADABLE_TOKEN),
    sso(
        "sso-expired",
        "The SSO session associated with this profile has expired or is otherwise invalid."
        " To refresh this SSO session run aws sso login with the corresponding profile.",
    ),
    sso_session("session-null", UNREADABLE_TOKEN),
    sso_session("session-expired", "Error when retrieving token from sso: Token has expired and refresh failed"),
    Profile(
        "login",
        "login_session = arn:aws:iam::222222222222:user/x\n",
        "Missing Dependency: Using the login credential provider requires an additional dependency."
        ' You will need to pip install "botocore[crt]" before proceeding.',
        "install botocore[crt] beside iamgen, or sign in another way",
    ),
    Profile(
        "no-source",
        f"{ROLE}source_profile = nowhere\n",
        'The source_profile "nowhere" referenced in the profile "no-source" does not exist.',
        CONFIGURATION,
    ),
    Profile(
        "half",
        "aws_access_key_id = 222222222222\n",
        "a part is missing: aws_secret_access_key",
        "`aws configure` asks for all of them",
    ),
    Profile(
        "unwritable",
        f"{ROLE}source_profile = of-dev\n",
        "the session cannot be kept: HOME/.aws/cli/cache: Not a directory",
        "make the folder writable, or remove what is in its place; the AWS CLI keeps its sessions in it too",
    ),
)
EXPIRED = json.dumps({"accessToken": "x", "expiresAt": "2020-01-01T00:00:00Z"})
SSO_TOKENS = {
    "https://sso-list.example": "[]",
    "https://sso-empty.example": "",
    "https://sso-expired.example": EXPIRED,
    "session-null": "null",
    "session-expired": EXPIRED,
}


@pytest.fixture
def home(environment: dict[str, str]) -> Path:
    """Return a home folder with SSO tokens, with a file that is no program, and with a file where a cache should be."""
    folder = Path(environment["HOME"])
    tokens = folder / ".aws" / "sso" / "cache"
    tokens.mkdir(parents=True)
    for name, text in SSO_TOKENS.items():
        (tokens / f"{hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()}.json").write_text(text)
    (folder / "file").write_text("")
    (folder / ".aws" / "cli").write_text("")
    return folder


def config(home: Path) -> Iterator[str]:
    """Yield the sections of ~/.aws/config."""
    for profile in PROFILES:
        yield f"[profile {profile.name}]\n{profile.lines.replace('HOME', str(home))}"
        if "sso_session" in profile.lines:
            yield f"[sso-session {profile.name}]\nsso_start_url = https://x.example\nsso_region = eu-west-1\n"


def test_a_profile_that_gives_no_credentials(
    aws: Aws, iamgen: Iamgen, make_repo: MakeRepo, environment: dict[str, str], home: Path
) -> None:
    with Path(environment["AWS_CONFIG_FILE"]).open("a") as file:
        file.writelines(config(home))
    ids = {profile.name: str(222222222223 + number) for number, profile in enumerate(PROFILES)}
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\nDEV_AWS_PROFILE=of-dev\n"
    for name, id_ in ids.items():
        prefix = name.upper().replace("-", "_")
        const += f"{prefix}_AWS_ACCOUNT_ID={id_}\n{prefix}_AWS_PROFILE={name}\n"
    users = 'from iamgen import User\nOPS_SERVICES = ("s3",)\nUSERS = (User("alice", {"dev": "ReadR"}),)\n'
    done = iamgen(make_repo(users, f"USER_ONLY_AWS_ACCOUNT_ID=111111111111\n{const}"), "drift", *ids, "dev")
    faults = [
        f"error: {profile.name} ({ids[profile.name]}): profile {profile.name}: {profile.problem}\nhint: {profile.hint}\n"
        for profile in PROFILES
    ]
    expected = "".join(faults).replace("HOME", str(home))
    # the account with credentials was asked
    expected += "error: dev (222222222222): there is no stack infra to look at\nhint: iamgen deploy dev\n"
    assert done.stderr.splitlines() == expected.splitlines()
    assert (done.returncode, done.stdout) == (1, "")


PASSWORD = "hunter2"
VARIABLES: dict[str, tuple[dict[str, str], str, str]] = {
    "token": (
        {"AWS_ACCESS_KEY_ID": "222222222222", "AWS_SECRET_ACCESS_KEY": "any", "AWS_SESSION_TOKEN": f"x\n{PASSWORD}"},
        "the default credentials: the session token is not one word of ASCII characters",
        COPIED,
    ),
    "key id": (
        {"AWS_ACCESS_KEY_ID": f"{PASSWORD}\n", "AWS_SECRET_ACCESS_KEY": "any"},
        "the default credentials: the access key id is not one word of ASCII characters",
        COPIED,
    ),
    "secret key": (
        {"AWS_ACCESS_KEY_ID": "222222222222", "AWS_SECRET_ACCESS_KEY": f"{PASSWORD}\r\n"},
        "the default credentials: the secret access key is not one word of ASCII characters",
        COPIED,
    ),
    "half": (
        {"AWS_ACCESS_KEY_ID": "222222222222"},
        "the default credentials: a part is missing: AWS_SECRET_ACCESS_KEY",
        "`aws configure` asks for all of them",
    ),
    "endpoint": (
        {"AWS_ENDPOINT_URL": f"http://user:{PASSWORD}@127.0.0.1:1", "AWS_PROFILE": "of-dev"},
        'AWS cannot be reached: Could not connect to the endpoint URL: "http://***@127.0.0.1:1/"',
        NETWORK,
    ),
    "endpoint of a service": (
        {"AWS_ENDPOINT_URL_STS": f"http://user:{PASSWORD} @127.0.0.1:1", "AWS_PROFILE": "of-dev"},
        'AWS cannot be reached: Could not connect to the endpoint URL: "http://***@127.0.0.1:1/"',
        NETWORK,
    ),
    "endpoint without a scheme": (
        {"AWS_ENDPOINT_URL": f"user:{PASSWORD}@127.0.0.1:1", "AWS_PROFILE": "of-dev"},
        "AWS cannot be reached: Invalid endpoint: ***@127.0.0.1:1",
        ENDPOINT,
    ),
    "password with a slash": (
        {"AWS_ENDPOINT_URL": f"http://user:{PASSWORD}/x@127.0.0.1:1", "AWS_PROFILE": "of-dev"},
        "AWS cannot be reached: Port could not be cast to integer value",
        ENDPOINT,
    ),
    "proxy": (
        {"HTTP_PROXY": f"http://user:{PASSWORD}@127.0.0.1:1", "AWS_PROFILE": "of-dev"},
        'AWS cannot be reached: Failed to connect to proxy URL: "http://***@127.0.0.1:1"',
        NETWORK,
    ),
    "token file": (
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/none", "AWS_ROLE_ARN": "arn:aws:iam::222222222222:role/x"},
        "the default credentials: the web identity token file cannot be read: /none: No such file or directory",
        TOKEN_FILE,
    ),
    "number": (
        {"AWS_METADATA_SERVICE_TIMEOUT": "long"},
        "the default credentials: invalid literal for int() with base 10: 'long'",
        CONFIGURATION,
    ),
    "nothing": (
        {},
        "the default credentials: there are none",
        "name a profile with --profile, or set AWS_PROFILE; `aws configure` makes one",
    ),
    "profile": (
        {"AWS_PROFILE": "no\none"},
        "there is no profile no\\none",
        "`aws configure list-profiles` lists those that there are",
    ),
    "container": (
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": f"x\n{PASSWORD}",
        },
        "the default credentials: Auth token value is not a legal header value",
        CONFIGURATION,
    ),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_variables_that_give_no_credentials(aws: Aws, iamgen: Iamgen, make_repo: MakeRepo, name: str) -> None:
    """Nothing secret of the environment is shown, in no format."""
    variables, problem, hint = VARIABLES[name]
    done = iamgen(make_repo(), "drift", "dev", "--json", "--verbose", **variables)
    lines = [line for line in done.stderr.splitlines(keepends=True) if not line.startswith("aws: ")]
    expected = f"error: dev (222222222222): {problem}\nhint: {hint}\n"
    assert (done.returncode, "".join(lines)) == (1, expected)
    assert json.loads(done.stdout)["accounts"][0]["faults"][0]["what"] == problem
    assert PASSWORD not in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["[]", "null", "", "{}", '{"Credentials": []}', '{"Credentials": {"Expiration": 1}}'])
def test_a_cache_that_holds_no_session_is_written_anew(
    aws: Aws, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with Path(environment["AWS_CONFIG_FILE"]).open("a") as file:
        file.write(f"[profile role]\n{ROLE}source_profile = of-dev\n")
    for _ in range(2):
        clients = connect(Credentials("role"), "eu-west-1", "dev")
        arn = require_account(clients, "222222222222", "dev").arn
        (cache_file,) = (tmp_path / ".aws" / "cli" / "cache").iterdir()
        assert arn.startswith("arn:aws:sts::222222222222:assumed-role/deployer/")
        assert json.loads(cache_file.read_text())["Credentials"]["AccessKeyId"]
        cache_file.write_text(text)


def test_a_session_in_the_cache_is_used(
    aws: Aws, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with Path(environment["AWS_CONFIG_FILE"]).open("a") as file:
        file.write(f"[profile role]\n{ROLE}source_profile = of-dev\n")
    arns = {require_account(connect(Credentials("role"), "eu-west-1", "dev"), "222222222222", "dev").arn for _ in "ab"}
    assert len(arns) == 1  # botocore names a session by the time


NAMED = """\
from iamgen import *
OPS_SERVICES = ("s3",)
USERS = (User("alice", {"dev": "AdminR"}),)
CI_USERS = (CIUser("robot", {"dev": "OpsR"}),)
ROLES = (Role("AuditR", assumed_by=("arn:aws:iam::222222222222:role/auditor",), accounts=("dev",)),)
SETTINGS = Settings(session_name_is_user=True)
"""


def with_role(role: str) -> tuple[str, ...]:
    return ("drift", "dev", "--role-arn-template", f"arn:aws:iam::{{account_id}}:role/{role}", "--profile", "of-dev")


@pytest.mark.parametrize("role", ["infra-AdminR-222222222222", "infra-OpsR-{account_id}"])
def test_a_session_of_iamgen_is_not_called_like_its_user(
    aws: Aws, iamgen: Iamgen, make_repo: MakeRepo, role: str
) -> None:
    done = iamgen(make_repo(NAMED), *with_role(role))
    arn = f"arn:aws:iam::222222222222:role/{role.replace('{account_id}', '222222222222')}"
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"error: --role-arn-template: session_name_is_user excludes it: {arn} takes no session but one that is called"
        " like its user, and a session of --role-arn-template is always called iamgen\n"
        "hint: leave it out, and name for each account a profile with role_session_name, which iamgen bootstrap writes\n",
    )


@pytest.mark.parametrize(
    ("users", "role"),
    [
        (NAMED, "deployer"),
        (NAMED, "infra-AuditR-222222222222"),
        (NAMED.replace("robot", "iamgen"), "infra-OpsR-222222222222"),
        (NAMED.replace("True", "False"), "infra-AdminR-222222222222"),
    ],
)
def test_a_role_that_does_not_demand_it_is_assumed(
    aws: Aws, iamgen: Iamgen, make_repo: MakeRepo, users: str, role: str
) -> None:
    done = iamgen(make_repo(users), *with_role(role))
    assert done.stderr.startswith("error: dev (222222222222): there is no stack infra to look at\n")
