"""How CI installs iamgen: as the repository says, and never whatever an index has under the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamgen.errors import IamgenError
from iamgen.jinja.ci_commands import install

HINT = "write a line such as iamgen @ git+https://…@v1.2.3, the version that you have looked at"


def refused(root: Path) -> tuple[str, str, str]:
    with pytest.raises(IamgenError) as caught:
        install(root)
    (fault,) = caught.value.faults
    return fault


def test_a_repository_that_does_not_say_which_iamgen_is_refused(tmp_path: Path) -> None:
    what = "is not there, and CI would install whatever is called iamgen by then"
    assert refused(tmp_path) == ("requirements.txt", what, HINT)


@pytest.mark.parametrize(
    "line",
    [
        "iamgen",
        "  IAMgen # the newest",
        "iamgen>=1.2",
        "iamgen ~= 1.2",
        "iamgen[dev]",
        "iamgen ; python_version>'3'",
        "iamgen==1.*",
        "iamgen #==1.2.3",
    ],
)
def test_a_line_that_does_not_either(line: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"boto3\n{line}\n")
    what = "does not say which iamgen, and CI would install the newest by then"
    assert refused(tmp_path) == ("requirements.txt:2", what, HINT)


@pytest.mark.parametrize(
    "line",
    [
        "iamgen==1.2.3",
        "iamgen == 1.2.3 --hash=sha256:abc",
        "iamgen[dev]===1.2.3",
        "iamgen @ git+https://git.example.com/iamgen@0123456789",
        "-r pinned.txt",
        "./wheels/iamgen-1.2.3-py3-none-any.whl",
        "iamgen-extras",
    ],
)
def test_one_that_does(line: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"{line}\n")
    assert install(tmp_path) == "pip install -r requirements.txt"


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"\xff")
    assert refused(tmp_path) == ("requirements.txt", "cannot be read", "make it a text file")


def test_a_package_says_it_itself(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    assert install(tmp_path) == "pip install ."
