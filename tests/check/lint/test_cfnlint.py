from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from iamgen.check.finding import Finding
from iamgen.check.lint import cfnlint
from iamgen.errors import Fault, IamgenError

REGION = "eu-west-1"
OWN_RULE = """\
from cfnlint.rules import CloudFormationLintRule, RuleMatch

class Own(CloudFormationLintRule):
    id, shortdesc, description, source_url = "E9999", "own", "own", "https://example.com/own"

    def match(self, cfn):
        return [RuleMatch(["Resources"], "never good enough")]
"""


def rules_of(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in findings}


def by_command(folder: Path, *files: str) -> dict[str, set[Finding]]:
    """Return what the cfn-lint command finds in each file."""
    run = subprocess.run(
        [sys.executable, "-c", "from cfnlint.runner import main; main()", "--format", "json", *files],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "AWS_REGION": REGION},
        capture_output=True,
        text=True,
        check=False,
    )
    result: dict[str, set[Finding]] = {file: set() for file in files}
    for item in json.loads(run.stdout):
        level = {"Error": "error", "Warning": "warning", "Informational": "info"}[item["Level"]]
        place, rule = item["Location"], item["Rule"]
        path, line = tuple(place["Path"] or ()), place["Start"]["LineNumber"]
        finding = Finding(rule["Id"], level, item["Message"], path, line, rule["Source"])  # type: ignore[arg-type]
        result[item["Filename"]].add(finding)
    return result


def test_finds_what_the_command_finds(tmp_path: Path, good: str, broken: str) -> None:
    texts = {
        "good.json": good,
        "broken.json": broken,
        "good.yaml": yaml.safe_dump(json.loads(good)),
        "broken.yaml": yaml.safe_dump(json.loads(broken)),
        "cut.json": broken[:-50],
        "tags.yaml": "Resources:\n  G:\n    Type: AWS::IAM::Group\n    Properties:\n      GroupName: !Ref X\n",
        "twice.json": '{"Resources": {"A": {"Type": "AWS::IAM::Group"}, "A": {"Type": "AWS::IAM::Group"}}}',
        "list.json": "[1]",
        "empty.json": "",
        "odd.yaml": "Resources:\n  1:\n    Type: 3\n  true: x\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    expected = by_command(tmp_path, *texts)

    assert {name: set(cfnlint.lint(text, REGION, None)) for name, text in texts.items()} == expected
    assert not expected["good.json"]
    assert not expected["good.yaml"]
    assert {"E3034", "E3002", "E1020", "W3037"} <= {finding.rule for finding in expected["broken.json"]}
    assert {finding.rule for finding in expected["cut.json"]} == {"E0000"}


def test_a_text_over_which_cfn_lint_would_take_minutes_is_not_given_to_it() -> None:
    group = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": {"Fn::Sub": "${A" * 50_000}}}
    (finding,) = cfnlint.lint(json.dumps({"Resources": {"G": group}}), REGION, None)
    expected = "a text in it has more than 2,000 of ${, over which cfn-lint takes too long: not asked"
    assert (finding.rule, finding.level, finding.message) == ("E0002", "error", expected)


def test_many_variables_in_many_texts_are_no_reason_not_to_ask_cfn_lint() -> None:
    few = {f"G{number}": {"Fn::Sub": "${AWS::Region}" * 10} for number in range(300)}
    text = json.dumps({"Metadata": few, "Resources": {"G": {"Type": "AWS::IAM::Group"}}})
    assert "E0002" not in {finding.rule for finding in cfnlint.lint(text, REGION, None)}


def test_findings_are_sorted_and_each_comes_once(broken: str) -> None:
    lint = cfnlint.lint(broken, REGION, None)
    places = [(finding.line, finding.rule) for finding in lint]
    assert places == sorted(places)
    assert len(set(lint)) == len(lint)


def test_line_and_path_lead_to_the_fault(broken: str) -> None:
    rule_names = [finding for finding in cfnlint.lint(broken, REGION, None) if finding.rule == "E3034"]
    assert [finding.path for finding in rule_names] == [("Resources", "AdminR", "Properties", "MaxSessionDuration")]
    assert "99999999" in broken.splitlines()[rule_names[0].line - 1]
    assert {type(step) for finding in rule_names for step in finding.path} == {str}


def test_one_template_leaves_nothing_behind_for_the_next(good: str, broken: str) -> None:
    before = cfnlint.lint(broken, REGION, None)
    assert cfnlint.lint(good, REGION, None) == ()
    assert cfnlint.lint("{", REGION, None)
    assert cfnlint.lint(broken, REGION, None) == before


def test_configuration_of_home_and_of_the_current_folder_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    (tmp_path / ".cfnlintrc").write_text("ignore_checks: [E, W]\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    # a region of its own: configurations are read once in a process
    assert {"E3034", "W3037"} <= rules_of(cfnlint.lint(broken, "eu-west-3", None))


def test_configuration_of_the_repository_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    config = tmp_path / ".cfnlintrc"
    # `templates` makes cfn-lint end the process when there are none such
    config.write_text("templates: [nowhere/*.json]\nignore_checks: [W, E3034]\nregions: [us-east-1]\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    lint = cfnlint.lint(broken, "moon-north-1", config)
    assert "E3002" in rules_of(lint)
    assert not {"W3037", "E3034"} & rules_of(lint)


def test_files_of_a_configuration_are_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: str
) -> None:
    (tmp_path / "repo" / "rules").mkdir(parents=True)
    (tmp_path / "repo" / "rules" / "own.py").write_text(OWN_RULE, "utf-8")
    (tmp_path / "repo" / "own.txt").write_text("AWS::IAM::Group GroupName == other ERROR\n", "utf-8")
    config = tmp_path / "repo" / ".cfnlintrc"
    config.write_text("append_rules: [rules]\ncustom_rules: own.txt\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    lint = cfnlint.lint(good, REGION, config)
    assert rules_of(lint) == {"E9001", "E9999"}
    assert lint[0].source == "https://example.com/own"


@pytest.mark.parametrize(
    ("config", "where", "message"),
    [
        ("ignore_checks: [W\n", ".cfnlintrc:2", "expected"),
        ("a: b: c\n", ".cfnlintrc:1", "mapping values"),
        ("ignore_check: [W]\n", ".cfnlintrc", "ignore_check"),
        ("ignore_checks: W\n", ".cfnlintrc", "array"),
        ("- W\n", ".cfnlintrc", "object"),
        ("ignore_checks: [W]\nignore_checks: [E]\n", ".cfnlintrc", "Duplicate"),
        ("ignore_checks: [\xe4]\n", ".cfnlintrc", "decode"),
        ("regions: [moon-north-1]\n", ".cfnlintrc", "moon-north-1"),
        ("custom_rules: missing.txt\n", ".cfnlintrc", "missing.txt: No such file"),
        ("override_spec: missing.json\n", ".cfnlintrc", "missing.json: No such file"),
        ("override_spec: bad/rule.py\n", ".cfnlintrc", "Expecting value"),
        ("append_rules: [bad]\n", ".cfnlintrc", "KeyError: 'boom'"),
    ],
)
def test_broken_configuration_is_the_persons_fault(tmp_path: Path, config: str, where: str, message: str) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "rule.py").write_text("raise KeyError('boom')\n", "utf-8")
    file = tmp_path / ".cfnlintrc"
    file.write_text(config, "latin-1")
    with pytest.raises(IamgenError) as error:
        cfnlint.load(REGION, file)
    (fault,) = error.value.faults
    assert fault.where == where
    assert message in fault.problem
    if "moon" not in message:  # of a region it is said below
        assert fault.problem.startswith("cfn-lint cannot use it: ")
        assert fault.hint == "see https://github.com/aws-cloudformation/cfn-lint#config-file"


@pytest.mark.parametrize("configured", [False, True])
def test_unknown_region_is_named(tmp_path: Path, configured: bool) -> None:
    (tmp_path / ".cfnlintrc").write_text("regions: []\n", "utf-8")
    with pytest.raises(IamgenError) as error:
        cfnlint.lint("{}", "moon-north-1", tmp_path / ".cfnlintrc" if configured else None)
    assert error.value.faults == (
        Fault(
            "GLOBAL_AWS_REGION",
            "cfn-lint does not know the region moon-north-1",
            "correct the region, update cfn-lint, or name `regions` that it knows in .cfnlintrc",
        ),
    )


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_regions_of_other_partitions_are_known(region: str) -> None:
    cfnlint.load(region, None)


def test_version_is_the_installed_one() -> None:
    assert cfnlint.version() == metadata.version("cfn-lint")


def test_version_does_not_import() -> None:
    script = "import sys; from iamgen.check.lint import cfnlint; cfnlint.version(); print('cfnlint' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_a_template_that_cfn_lint_breaks_on_is_not_valid() -> None:
    text = '{"Metadata": ["x"], "Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'
    (finding,) = cfnlint.lint(text, "eu-west-1", None)
    assert (finding.rule, finding.level) == ("E0002", "error")
    assert "cfn-lint broke on it: AttributeError" in finding.message
