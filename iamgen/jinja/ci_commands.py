"""Commands of CI files that follow from the repository: how iamgen is installed, how cfn-lint is run."""

from __future__ import annotations

import re
from pathlib import Path

from iamgen.declaration.resolved import Declaration
from iamgen.errors import refuse

_PACKAGE_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
_REQUIREMENTS = "requirements.txt"
_CFN_LINT_RULE = re.compile(r"[EWI]\d{4}")
_IAMGEN = re.compile(r"iamgen(?![\w.-])\s*(?:\[[^]]*\])?(?P<which>[^;#]*)", re.IGNORECASE)
_PIN = re.compile(r"\s*(==\s*[\w.!+-]+(?![\w.!+*-])|===\s*\S+|@\s*\S+)")
_PINNED = "write a line such as iamgen @ git+https://…@v1.2.3, the version that you have looked at"


def install(root: Path) -> str:
    """Return the command that installs iamgen, as the repository's own files say.

    Raises IamgenError where none says which iamgen: what the index has under that name gets the roles that deploy.
    """
    if any((root / name).is_file() for name in _PACKAGE_FILES):
        return "pip install ."
    try:
        lines = (root / _REQUIREMENTS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        problem = "is not there, and CI would install whatever is called iamgen by then"
        raise refuse(_REQUIREMENTS, problem, _PINNED) from None
    except (OSError, UnicodeDecodeError) as exc:
        raise refuse(_REQUIREMENTS, "cannot be read", "make it a text file") from exc
    for number, line in enumerate(lines, 1):
        requirement = _IAMGEN.match(line.strip())
        if requirement and not _PIN.match(requirement["which"]):
            problem = "does not say which iamgen, and CI would install the newest by then"
            raise refuse(f"{_REQUIREMENTS}:{number}", problem, _PINNED)
    return f"pip install -r {_REQUIREMENTS}"


def cfn_lint(declaration: Declaration) -> str:
    """Return the command that lints what was rendered: as `iamgen check` it fails on errors, and knows the ignores."""
    ignored = sorted(filter(_CFN_LINT_RULE.fullmatch, declaration.settings.ignore))
    # what .cfnlintrc ignores stays ignored
    ignores = f" --merge-configs --ignore-checks {' '.join(ignored)}" if ignored else ""
    return f"cfn-lint --non-zero-exit-code error{ignores} -- build/*/{declaration.settings.stack}.json"
