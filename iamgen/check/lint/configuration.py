"""Read the repository's .cfnlintrc: where it is, which files it includes, and what is wrong with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from iamgen.errors import IamgenError, refuse

CONFIG_NAMES = (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml")
_HELP = "see https://github.com/aws-cloudformation/cfn-lint#config-file"
# Options of cfn-lint that name a file to be read, and those that name several files or folders.
_ONE_FILE, _SEVERAL_FILES = ("custom_rules", "override_spec"), ("append_rules", "registry_schemas")
# Options that say all there is to say, or nothing about what is found. Any other may lead to another file.
_SELF_CONTAINED = (
    "configure_rules|format|ignore_bad_template|ignore_checks|ignore_templates|include_checks|include_experimental"
    "|mandatory_checks|merge_configs|non_zero_exit_code|regions|templates"
)
_LINE = re.compile(rf"(?:{_SELF_CONTAINED}):(?:\s.*)?|[ \t].*|-(?:\s.*)?|#.*|---|")


def find_config(root: Path) -> Path | None:
    """Return the repository's own configuration of cfn-lint, or None if it has none."""
    return next((root / name for name in CONFIG_NAMES if (root / name).is_file()), None)


def is_self_contained(config: bytes) -> bool:
    """Return whether every line is plainly one that brings in no other file: judged without reading YAML."""
    try:
        lines = config.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return False
    # Were all lines indented, an indented one could be an option, and not a part of the option above it.
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith(("#", "---"))), "")
    return not first.startswith((" ", "\t", "-")) and all(_LINE.fullmatch(line) for line in lines)


def brings_in_files(options: dict[str, Any]) -> bool:
    """Return whether the options name files of rules or schemas, which may do anything when loaded."""
    return not options.keys().isdisjoint({*_ONE_FILE, *_SEVERAL_FILES})


def resolve_files(options: dict[str, Any], folder: Path) -> None:
    """Make the files that options name relative to the configuration's folder instead of the current one.

    Raises OSError or ValueError for one that cannot be read.
    """
    for name in options.keys() & set(_ONE_FILE):
        file = folder / options[name]
        content = file.read_text("utf-8")  # cfn-lint would end the process
        if name == "override_spec":
            json.loads(content)  # cfn-lint would go on without it
        options[name] = str(file)
    for name in options.keys() & set(_SEVERAL_FILES):
        # what is not there may be the name of a module
        options[name] = [str(folder / item) if (folder / item).exists() else item for item in options[name]]


def broken(config_file: Path, fault: BaseException) -> IamgenError:
    """Return the error for a configuration over which cfn-lint, or what it brings in, raised `fault`."""
    mark = getattr(fault, "problem_mark", None)
    where = f"{config_file.name}:{mark.line + 1}" if mark else config_file.name
    return refuse(where, f"cfn-lint cannot use it: {_reason(fault)}", _HELP)


def _reason(fault: BaseException) -> str:
    if isinstance(fault, OSError):
        return f"{fault.filename}: {fault.strerror}"
    if type(fault).__module__ == "builtins":  # its text alone says little: KeyError is the key
        return f"{type(fault).__name__}: {fault}"
    return getattr(fault, "problem", None) or str(fault)
