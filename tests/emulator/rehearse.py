"""`make rehearse`: the whole life of a stack, in a minute and without an AWS account.

The example's three accounts are deployed to a local AWS, a user's access changes, somebody changes something by hand,
and it is found and put right. Every command that is shown is run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator.process import ROOT, running

ACCOUNTS = {"user-only": "111111111111", "dev": "222222222222", "prod": "333333333333"}
PEOPLE = ("/alice", "/bob", "/carol", "/auditors/dave")


@dataclass(frozen=True)
class Stage:
    """A copy of the example, and a local AWS."""

    root: Path
    url: str
    environment: dict[str, str]

    def run(self, command: str) -> None:
        """Show a command, run it, and show what it prints."""
        self.say(f"\n$ {command}")
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.root, env=self.environment, stderr=subprocess.STDOUT, check=False
        )
        if done.returncode not in {0, 4}:
            raise SystemExit(done.returncode)

    def say(self, text: str) -> None:
        """Show a line."""
        print(text, flush=True)  # noqa: T201  # it is what one came for

    def iam(self, account: str) -> Any:
        """Return what somebody with a console and too much power has."""
        import boto3

        return boto3.client(
            "iam", endpoint_url=self.url, region_name="eu-west-1",
            aws_access_key_id=ACCOUNTS[account], aws_secret_access_key="any",
        )  # fmt: skip


def main() -> None:
    """Run the rehearsal, with nothing of the AWS configuration of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder, running(home=Path(folder)) as url:
        on = stage(Path(folder), url)
        os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = on.environment["AWS_CONFIG_FILE"]
        play(on)


def stage(folder: Path, url: str) -> Stage:
    """Return the example in a folder, with a profile for each account."""
    root = folder / "example"
    root.mkdir()
    for name in ("users.py", "CONST.inc"):
        shutil.copy(ROOT / name, root / name)
    profiles = {name: f"{name.upper().replace('-', '_')}_AWS_PROFILE={name}\n" for name in ACCOUNTS}
    with (root / "CONST.inc").open("a") as constants:
        constants.writelines(profiles.values())
    config = folder / "config"
    keys = "[profile {}]\naws_access_key_id = {}\naws_secret_access_key = any\n"
    config.write_text("".join(keys.format(name, id_) for name, id_ in ACCOUNTS.items()))
    environment_kept = {
        name: os.environ[name] for name in ("LANG", "PYTHONPATH", "SOURCE_DATE_EPOCH") if name in os.environ
    }
    program = folder / "bin" / "iamgen"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m iamgen "$@"\n')
    program.chmod(0o755)
    own = {"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    return Stage(root, url, {**environment_kept, **own, "AWS_ENDPOINT_URL": url, "AWS_CONFIG_FILE": str(config)})


def play(on: Stage) -> None:
    """Play the life of a stack."""
    on.say("# A local AWS: three empty accounts, and in user-only the four people of users.py.")
    for item in PEOPLE:
        path, _, name = item.rpartition("/")
        on.iam("user-only").create_user(UserName=name, Path=f"{path}/")
    on.run("iamgen deploy --all --yes --brief")
    on.say("\n# People come into their groups. iamgen knows who belongs there.")
    on.run("iamgen deploy user-only --repair --yes")
    on.say("\n# Bob leaves development: one word of users.py.")
    on.run("""sed -i.bak 's/"dev": ("OpsR", "ReadR")/"dev": "ReadR"/' users.py""")
    on.run("iamgen deploy --all --dry-run --exit-code; echo $?")
    on.run("iamgen deploy dev --yes")
    on.say("\n# In a hurry, somebody gives Bob back in the console what he had, and more.")
    tamper(on)
    on.run("iamgen drift dev")
    on.run("iamgen deploy dev --repair --yes")
    on.run("iamgen drift --all --exit-code")


def tamper(on: Stage) -> None:
    """Do what one does in the console: trust one more, attach one more."""
    iam, role = on.iam("dev"), "infra-OpsR-222222222222"
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    bob = {"AWS": "arn:aws:iam::111111111111:user/bob"}
    trust["Statement"].append({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": bob})
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="quick-fix", PolicyDocument=json.dumps(document))


if __name__ == "__main__":
    main()
