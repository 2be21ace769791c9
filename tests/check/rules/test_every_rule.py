"""What is true of every rule."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from iamgen.check import rules
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Example, Problem, Rule, every_rule
from iamgen.iam.template import Template

HERE = Path(rules.__file__).parent
NO_RULES = {"__init__.py", "page.py"}
FILES = [file for file in HERE.glob("*.py") if file.name not in NO_RULES and not file.name.startswith("_")]

every = pytest.mark.parametrize("rule", every_rule(), ids=lambda rule: rule.name)


def examples(kind: str) -> pytest.MarkDecorator:
    pairs = [(rule, example) for rule in every_rule() for example in getattr(rule, kind)]
    return pytest.mark.parametrize(("rule", "example"), pairs, ids=lambda element: getattr(element, "name", ""))


def problems(rule: Rule, example: Example) -> Iterator[Problem]:
    return rule.check(Template.of(example, len(json.dumps(example))), Facts())


def leads_somewhere(path: tuple[str | int, ...], body: Any) -> bool:
    for step in path:
        if step not in (body if isinstance(body, dict) else range(len(body))):
            return False
        body = body[step]
    return True


def test_there_is_one_in_each_file() -> None:
    assert {rule.name for rule in every_rule()} == {file.stem.replace("_", "-") for file in FILES}


def test_ids_are_unique_and_in_order() -> None:
    ids = [rule.id for rule in every_rule()]
    assert ids == sorted(set(ids))
    numbers = [rule_id[1:] for rule_id in ids]
    assert len(numbers) == len(set(numbers))


@every
def test_id_says_the_level_and_is_none_of_cfn_lint(rule: Rule) -> None:
    letter = {"error": "E", "warning": "W"}[rule.level]
    assert re.fullmatch(rf"{letter}1\d\d", rule.id)


@every
def test_is_described(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
    assert "\n" not in rule.summary
    assert not rule.summary.endswith(".")
    assert rule.why.endswith(".")
    assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+", rule.source)
    assert rule.good
    assert rule.bad


@examples("good")
def test_finds_nothing_in_a_good_example(rule: Rule, example: Example) -> None:
    assert not list(problems(rule, example))


@examples("bad")
def test_finds_the_fault_in_a_bad_example(rule: Rule, example: Example) -> None:
    result = list(problems(rule, example))
    assert result
    for problem in result:
        assert leads_somewhere(problem.path, example)
        assert problem.message
        assert "  " not in problem.message


@examples("bad")
def test_examples_are_templates_as_json_has_them(rule: Rule, example: Example) -> None:
    assert json.loads(json.dumps(example)) == example
