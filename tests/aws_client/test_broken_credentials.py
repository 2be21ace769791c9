"""Every broken set-up of credentials is told for what it is, for its account alone; the other accounts go on."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

Aws = Any
Iamgen = Any
MakeRepo = Callable[..., Path]


class Broken(NamedTuple):
    """A profile that gives no credentials."""

    profile: str
    """The lines of the profile; `{home}` is the home folder, `{prints}` a program that prints its argument."""
    problem: str
    """What is said after the account's name."""
    hint: str


PROCESS = "look at credential_process of that profile in ~/.aws/config, and run the program by hand"
OUTPUT = "it has to print an object with Version 1, AccessKeyId and SecretAccessKey: run the program by hand"
SSO = "aws sso login, with that profile"
ROLE = "role_arn = arn:aws:iam::222222222222:role/deployer\nsource_profile = of-dev\n"
SSO_LINES = "sso_account_id = 1\nsso_role_name = r\nsso_start_url = https://{name}.example\nsso_region = eu-west-1\n"
BROKEN: Mapping[str, Broken] = {
    "no-program": Broken("credential_process = {home}/none x\n", "x", PROCESS),
    "no-execute": Broken("credential_process = {home}/file\n", "x", PROCESS),
    "no-words": Broken("credential_process = echo 'x\n", "x", PROCESS),
    "fails": Broken("credential_process = sh -c 'echo no ticket >&2; exit 3'\n", "x", PROCESS),
    "silent": Broken("credential_process = false\n", "x", PROCESS),
    "no-output": Broken("credential_process = true\n", "x", OUTPUT),
    "no-json": Broken("credential_process = echo hello\n", "x", OUTPUT),
    "no-text": Broken("credential_process = printf '\\377'\n", "x", OUTPUT),
    "a-list": Broken("credential_process = echo []\n", "x", OUTPUT),
    "null": Broken("credential_process = echo null\n", "x", OUTPUT),
    "old-version": Broken("""credential_process = echo '{{"Version": 0}}'\n""", "x", OUTPUT),
    "no-version": Broken("""credential_process = echo '{{}}'\n""", "x", OUTPUT),
    "no-key": Broken("""credential_process = echo '{{"Version": 1}}'\n""", "x", OUTPUT),
    "bad-time": Broken("""credential_process = echo '{{"Version": 1, "AccessKeyId": "222222222222", "SecretAccessKey": "any", "SessionToken": "x", "Expiration": "soon"}}'\n""", "x", OUTPUT),
    "number": Broken("""credential_process = echo '{{"Version": 1, "AccessKeyId": 222222222222, "SecretAccessKey": "any"}}'\n""", "x", OUTPUT),
    "no-token-file": Broken("role_arn = arn:aws:iam::222222222222:role/x\nweb_identity_token_file = {home}/none\n", "x", ""),
    "token-folder": Broken("role_arn = arn:aws:iam::222222222222:role/x\nweb_identity_token_file = {home}\n", "x", ""),
    "no-sso-login": Broken(SSO_LINES, "x", SSO),
    "sso-list": Broken(SSO_LINES, "x", SSO),
    "sso-empty": Broken(SSO_LINES, "x", SSO),
    "sso-expired": Broken(SSO_LINES, "x", SSO),
    "no-source": Broken("role_arn = arn:aws:iam::222222222222:role/x\nsource_profile = none\n", "x", ""),
    "no-session": Broken("sso_session = none\nsso_account_id = 1\nsso_role_name = r\n", "x", ""),
    "sso2-list": Broken("sso_session = listed\nsso_account_id = 1\nsso_role_name = r\n", "x", ""),
    "sso2-expired": Broken("sso_session = expired\nsso_account_id = 1\nsso_role_name = r\n", "x", ""),
    "login": Broken("login_session = arn:aws:iam::222222222222:user/x\n", "x", ""),
    "half": Broken("aws_access_key_id = 222222222222\n", "x", ""),
    "line-feed": Broken("""credential_process = printf '{{"Version": 1, "AccessKeyId": "222222222222", "SecretAccessKey": "any", "SessionToken": "to\\\\nken-1234"}}'\n""", "x", ""),
    "unwritable": Broken(ROLE, "x", ""),
}
