"""The JSON Schemas in the package: each JSON that iamgen prints, reads or writes has one, and it says what each field is.

That what commands print is as the schemas say is held wherever a test runs a command: tests/conftest.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from iamgen.cli.main import iamgen as program
from iamgen.deploy.plan_file import Kept, read, write
from iamgen.deploy.step_json import REPAIRS
from iamgen.deploy.steps import (
    AddToGroup,
    DeleteBoundary,
    DeleteInlinePolicy,
    DetachPolicy,
    ExecuteChangeSet,
    ProtectStack,
    RemoveFromGroup,
    RemoveTag,
    SetStackPolicy,
    Step,
    StepPrincipal,
    UpdateTrust,
)
from iamgen.errors import IamgenError
from iamgen.people.key_delivery import NewKey
from tests.published_schemas import PATHS, PRINTED, READ, WRITTEN, require_published, schema_of_call, validator

NOT_OURS = {("render",)}  # CloudFormation says what a template is
STACK = "arn:aws:cloudformation:eu-west-1:222222222222:stack/infra/1"
CHANGE_SET = "arn:aws:cloudformation:eu-west-1:222222222222:changeSet/iamgen/2"
ROLE = StepPrincipal("AWS::IAM::Role", "infra-OpsR-222222222222")
STEPS: tuple[Step, ...] = (
    SetStackPolicy("infra", allow_replacement=True),
    ExecuteChangeSet("infra", CHANGE_SET),
    ProtectStack("infra"),
    AddToGroup("infra-PowerG", "alice"),
    RemoveFromGroup("infra-PowerG", "bob"),
    DeleteInlinePolicy(ROLE, "own"),
    DetachPolicy(ROLE, "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    DeleteBoundary(ROLE),
    RemoveTag(ROLE, "team"),
    UpdateTrust("infra-OpsR-222222222222", {"Version": "2012-10-17", "Statement": []}),
)
PLAN = Kept("dev", "222222222222", "eu-west-1", "infra", STACK, CHANGE_SET, "UPDATE", "{}", "abc", STEPS)


def commands(command: click.Command, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with its words."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            assert below
            yield from commands(below, (*name, word))
    else:
        yield name, command


def prints_json(command: click.Command) -> bool:
    """Return whether a command has --json, or --format json."""
    return any(
        "--json" in param.opts or (isinstance(param.type, click.Choice) and "json" in param.type.choices)
        for param in command.params
    )


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every property that a schema describes, wherever it is in it, with the way to it."""
    if isinstance(schema, list):
        for part in schema:
            yield from properties(part, path)
    elif isinstance(schema, dict):
        for name, value in schema.get("properties", {}).items():
            yield f"{path}.{name}", value
        for key, value in schema.items():
            inner = value.items() if key in ("properties", "$defs", "patternProperties") else [(key, value)]
            for name, part in inner:
                yield from properties(part, f"{path}.{name}")


def test_each_command_that_prints_json_has_a_schema() -> None:
    printing = {name for name, command in commands(program) if prints_json(command)}
    without_options = {tuple(word for word in key if not word.startswith("-")) for key in PRINTED}
    assert printing - NOT_OURS == without_options


def test_each_schema_is_of_something() -> None:
    assert sorted({*PRINTED.values(), *WRITTEN, *READ}) == sorted(PATHS)


@pytest.mark.parametrize("name", PATHS)
def test_each_property_says_what_it_is(name: str) -> None:
    schema = validator(name).schema
    described = {path: value.get("description", "") for path, value in properties(schema)}
    assert [path for path, text in described.items() if not text] == []
    assert [text for text in described.values() if not text.endswith(".")] == []
    assert schema["title"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("check --json", "check"),
        ("check --format json", "check"),
        ("check", ""),
        ("render dev --format json", ""),
        ("user show bob --json", "user-show"),
        ("promote infra --log --json", "promotion-log"),
        ("diff --policy a.json b.json --json", "policy-diff"),
        ("can --questions a.jsonl --json", ""),
    ],
)
def test_which_schema_a_call_has(call: str, name: str) -> None:
    assert schema_of_call(call.split()) == name


def test_a_plan_file_is_as_its_schema_says(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write(path, [PLAN])
    assert {type(step) for step in STEPS} > set(REPAIRS)
    require_published("plan-file", path.read_text("utf-8"))


@pytest.mark.parametrize("part", ["stack", "steps", "digest", "version"])
def test_what_is_no_plan_file_is_refused_by_its_schema_too(tmp_path: Path, part: str) -> None:
    path = tmp_path / "plan.json"
    write(path, [PLAN])
    body = json.loads(path.read_text("utf-8"))
    (body if part == "version" else body["plans"][0])[part] = [{"step": "Boom"}] if part == "steps" else 5
    path.write_text(json.dumps(body), "utf-8")
    with pytest.raises(IamgenError):
        read(path)
    assert not validator("plan-file").is_valid(body)


def test_the_file_of_a_key_is_as_its_schema_says() -> None:
    require_published("key-file", NewKey("ci", "AKIAIOSFODNN7EXAMPLE", "x").as_json)
