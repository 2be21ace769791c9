"""What is said about the assertions of a repository that a test writes down itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.project import Project

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FindingsOf = Callable[..., list[str]]


@pytest.fixture
def findings_of(make_repo: Callable[..., Path]) -> FindingsOf:
    """Return what says `level: problem` of each assertion that does not hold, or is empty.

    `findings_of('ASSERTIONS = …', AppP=[{"Effect": …}], people='USERS = …')`; the policies are files of templates/policies.
    """
    number = iter(range(100))

    def say(assertions: str, people: str = "", **policies: list[dict[str, Any]]) -> list[str]:
        declared = "".join(f"Policy({name!r}, {name + '.json.j2'!r})," for name in policies)
        users = people or 'USERS = (User("alice", {"dev": "AdminR", "prod": "OpsR"}), User("bob", {"prod": "ReadR"}))'
        text = f'from iamgen import *\nOPS_SERVICES = ("ec2", "s3")\nPOLICIES = ({declared})\n{users}\n{assertions}\n'
        root = make_repo(text, name=f"repo{next(number)}")
        (root / "templates/policies").mkdir(parents=True)
        for name, statements in policies.items():
            document = {"Version": "2012-10-17", "Statement": statements}
            (root / f"templates/policies/{name}.json.j2").write_text(json.dumps(document))
        checked = Project.load(root, NOW).render().check(lint=False)
        return [f"{item.level}: {item.fault.problem}" for item in checked.assertions]

    return say


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}
