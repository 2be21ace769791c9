"""Call cfn-lint inside this process. Only this module imports cfn-lint, and only when it is needed.

Importing it and loading its rules takes longer than most templates do, so both happen once in a process, with
Python's cycle collector at rest: it would walk over what is loaded again and again, and find nothing to free.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from iamgen.check.finding import Finding, Level
from iamgen.check.lint.configuration import brings_in_files, broken, resolve_files
from iamgen.declaration.cloudformation import places
from iamgen.errors import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cfnlint.config import ConfigMixIn
    from cfnlint.match import Match
    from cfnlint.rules import Rules

_STATED_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_BROKEN_HELP = "https://github.com/aws-cloudformation/cfn-lint/issues"
_REGION_HELP = "correct the region, update cfn-lint, or name `regions` that it knows in .cfnlintrc"
_MOST_VARIABLES = 2_000
_LEVELS: dict[str, Level] = {"error": "error", "warning": "warning"}


class _Linter(NamedTuple):
    rules: Rules
    config: ConfigMixIn


def version() -> str:
    """Return cfn-lint's version without importing it."""
    spec = find_spec("cfnlint")
    for folder in (spec and spec.submodule_search_locations) or ():
        with suppress(OSError):
            stated = _STATED_VERSION.search(Path(folder, "version.py").read_text("utf-8"))
            if stated:
                return stated[1]
    from importlib import metadata  # takes 60 ms

    return metadata.version("cfn-lint")


def downloaded_schemas() -> bytes:
    """Return what names the resource schemas that `cfn-lint --update-specs` left on this machine, or nothing.

    cfn-lint prefers them to its own when they are newer.
    """
    if sys.platform == "darwin":
        caches = Path.home() / "Library" / "Caches"
    else:
        caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    try:
        return (caches / "aws" / "cfn-lint" / "schemas" / "version.json").read_bytes()
    except OSError:
        return b""


def load(region: str, config_file: Path | None) -> None:
    """Import cfn-lint and load its rules now, so that `lint`, and processes forked from this one, need not.

    Raises IamgenError for a configuration that cfn-lint cannot use.
    """
    _linter(region, config_file)


def lint(text: str, region: str, config_file: Path | None) -> tuple[Finding, ...]:
    """Return what cfn-lint finds in a template, JSON or YAML: sorted by line, each once.

    Only `config_file` configures it, never one in the home folder or the current one; its `regions` win over
    `region`. A text that cannot be read is a finding (E0000), whatever the configuration ignores.
    Raises IamgenError for a configuration or region that cfn-lint cannot use.
    """
    linter = _linter(region, config_file)
    from cfnlint.decode.decode import decode_str
    from cfnlint.runner import run_template_by_data

    template, unreadable = decode_str(text)
    if not unreadable and _takes_too_long(text, template):
        problem = (
            f"a text in it has more than {_MOST_VARIABLES:,} of ${{, over which cfn-lint takes too long: not asked"
        )
        return (Finding("E0002", "error", problem, (), 1, _BROKEN_HELP),)
    try:
        return _findings(unreadable or run_template_by_data(template, linter.config, linter.rules))
    except Exception as exc:  # noqa: BLE001  # odd templates of other makes break it: then they are not validated
        return (Finding("E0002", "error", f"cfn-lint broke on it: {type(exc).__name__}: {exc}", (), 1, _BROKEN_HELP),)


def _takes_too_long(text: str, template: object) -> bool:
    """Return whether some text may have so many variables that nothing closes that cfn-lint, whose time grows with
    their square, would take minutes."""
    if text.count("${") <= _MOST_VARIABLES:
        return False
    return any(place.text.count("${") > _MOST_VARIABLES for place in places(template))


def _findings(matches: Iterable[Match]) -> tuple[Finding, ...]:
    return tuple(sorted({_finding(match) for match in matches}, key=_place))


def _finding(match: Match) -> Finding:
    rule = match.rule
    return Finding(
        rule=rule.id,
        level=_LEVELS.get(rule.severity, "info"),
        message=str(match.message),
        # cfn-lint's keys are strings of its own kind, which know their place in the text
        path=tuple(step if type(step) is int else str(step) for step in getattr(match, "path", ())),
        line=match.linenumber,
        source=rule.source_url,
    )


def _place(finding: Finding) -> tuple[object, ...]:
    # numbers and names cannot be compared, their types' names can
    path = [(type(step).__name__, step) for step in finding.path]
    return finding.line, finding.rule, path, finding.message


@cache
def _linter(region: str, config_file: Path | None) -> _Linter:
    with _collector_at_rest():
        config = _read_config(config_file)
        where = config_file.name if config_file and config.file_args.get("regions") else "GLOBAL_AWS_REGION"
        if where == "GLOBAL_AWS_REGION":
            config.file_args["regions"] = [region]
        _demand_known(config.regions, where)
        return _Linter(_load_rules(config, config_file), config)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # what is loaded stays to the end: later collections, and forked processes, leave its pages alone
        gc.freeze()
        if was_enabled:
            gc.enable()


def _read_config(config_file: Path | None) -> ConfigMixIn:
    from cfnlint.config import ConfigMixIn
    from cfnlint.exceptions import ConfigFileError
    from yaml import YAMLError

    # A name that is no file keeps cfn-lint from looking elsewhere, `templates` from looking for any it names.
    arguments = [f"--config-file={config_file or os.devnull}"]
    try:
        config = ConfigMixIn(arguments, templates=[])
        if config_file:
            resolve_files(config.file_args, config_file.parent)
    except (ConfigFileError, YAMLError, OSError, ValueError) as fault:
        if config_file is None:
            raise
        raise broken(config_file, fault) from fault
    return config


def _demand_known(regions: list[str], where: str) -> None:
    from cfnlint.helpers import REGIONS

    unknown = sorted(set(regions).difference(REGIONS))
    if unknown:
        raise refuse(where, f"cfn-lint does not know the region {', '.join(unknown)}", _REGION_HELP)


def _load_rules(config: ConfigMixIn, config_file: Path | None) -> Rules:
    from cfnlint.runner import Runner

    try:
        rules = Runner(config).rules
        for rule_id, rule in rules.items():
            rule.configure(config.configure_rules.get(rule_id), config.include_experimental)
    except (Exception, SystemExit) as fault:
        # Rules and schemas of the repository's owner are read and run here: anything may come of it.
        if config_file is None or not brings_in_files(config.file_args):
            raise
        raise broken(config_file, fault) from fault
    return rules
