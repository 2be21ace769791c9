"""Derive the commands of CI files from the repository: how to install iamgen, and how to run cfn-lint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from iamgen.declaration.resolved import Declaration
from iamgen.errors import Fault, refuse
from iamgen.jinja.package_files import PackageFile, package_file
from iamgen.jinja.requirements import PINNED, require_pins, requirements_of

_REQUIREMENTS = "requirements.txt"
_CFN_LINT_RULE = re.compile(r"[EWI]\d{4}")


@dataclass(frozen=True)
class IamgenInstallation:
    """How CI installs iamgen."""

    command: str
    """The command."""
    warnings: tuple[Fault, ...] = ()
    """What cannot be told about the iamgen that it installs."""


def installation(root: Path) -> IamgenInstallation:
    """Return how iamgen is installed, as the repository's own files say: by those that name it.

    Raises IamgenError where none says which iamgen: what the index has under that name gets the roles that deploy.
    """
    package = package_file(root)
    if package and (package.is_iamgen or package.requirements):
        require_pins(package.requirements)
        return IamgenInstallation("pip install .")
    if (root / _REQUIREMENTS).exists() or not package:
        return _from_requirements(root, package)
    return IamgenInstallation("pip install .", (_unnamed(package.name),))


def _from_requirements(root: Path, package: PackageFile | None) -> IamgenInstallation:
    """Return the installation by the requirements file. Raises IamgenError where it leaves open which iamgen."""
    if not (root / _REQUIREMENTS).exists():
        problem = "is not there, and CI would install whatever is called iamgen by then"
        raise refuse(_REQUIREMENTS, problem, PINNED)
    requirements = list(requirements_of(root, _REQUIREMENTS))
    require_pins(requirements)
    if requirements:
        return IamgenInstallation(f"pip install -r {_REQUIREMENTS}")
    if package:
        return IamgenInstallation("pip install .", (_unnamed(package.name),))
    return IamgenInstallation(f"pip install -r {_REQUIREMENTS}", (_unnamed(_REQUIREMENTS),))


def _unnamed(name: str) -> Fault:
    problem = "does not name iamgen: whether CI installs it, and which, cannot be told"
    return Fault(name, problem, f"unless another package there pins it, {PINNED}")


def cfn_lint(declaration: Declaration) -> str:
    """Return the command that lints what was rendered: as `iamgen check` it fails on errors, and knows the ignores."""
    ignored = sorted(filter(_CFN_LINT_RULE.fullmatch, declaration.settings.ignore))
    # what .cfnlintrc ignores stays ignored
    ignores = f" --merge-configs --ignore-checks {' '.join(ignored)}" if ignored else ""
    return f"cfn-lint --non-zero-exit-code error{ignores} -- build/*/{declaration.settings.stack}.json"
