"""How CI installs iamgen: as the repository says, and never whatever an index has under the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamgen.errors import Fault, IamgenError
from iamgen.jinja.ci_commands import IamgenInstallation, installation

PINNED = "write a line such as iamgen @ git+https://…@v1.2.3, the version that you have looked at"
NEWEST = "does not say which iamgen, and CI would install the newest by then"
BY_FILE, BY_PACKAGE = "pip install -r requirements.txt", "pip install ."
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def refused(root: Path) -> tuple[Fault, ...]:
    with pytest.raises(IamgenError) as caught:
        installation(root)
    return caught.value.faults


def unnamed(name: str) -> tuple[Fault, ...]:
    problem = "does not name iamgen: whether CI installs it, and which, cannot be told"
    return (Fault(name, problem, f"unless another package there pins it, {PINNED}"),)


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / name.replace("_txt", ".txt").replace("_toml", ".toml").replace("_cfg", ".cfg")).write_text(text)


def test_a_repository_that_does_not_say_which_iamgen_is_refused(tmp_path: Path) -> None:
    problem = "is not there, and CI would install whatever is called iamgen by then"
    assert refused(tmp_path) == (Fault("requirements.txt", problem, PINNED),)


@pytest.mark.parametrize(
    "line",
    [
        "iamgen",
        "  IAMgen # the newest",
        "iamgen>=1.2",
        "iamgen ~= 1.2",
        "iamgen[dev]",
        "iamgen ; python_version>'3'",
        "iamgen ; python_version=='3.13'",
        "iamgen==1.*",
        "iamgen #==1.2.3",
        "iamgen --config-settings=a==1.2.3",
        "iamgen==${VERSION}",
        "iamgen @ ${URL}",
        "iamgen @ git+https://git.example.com/iamgen",
        "iamgen@git+https://user@git.example.com/iamgen.git",
        "iamgen @ git+ssh://git@git.example.com/iamgen",
        "iamgen @ git+https://git.example.com/iamgen@main",
        "iamgen @ git+https://git.example.com/iamgen@HEAD ; python_version > '3'",
        "iamgen @ git+https://git.example.com/iamgen@release/1.2.3",
        "iamgen @ git+https://git.example.com/iamgen@refs/pull/1/head",
        "iamgen @ git+https://git.example.com/iamgen@v1",
        "iamgen @ git+https://git.example.com/iamgen#v1.2.3",
        "iamgen @ git+https://git.example.com/iamgen?ref=v1.2.3",
        "iamgen @ git+file:///srv/iamgen",
        "iamgen @ https://git.example.com/iamgen/archive/main.zip",
        "iamgen @ https://git.example.com/iamgen/archive/refs/heads/1.2.3.zip",
        "git+https://git.example.com/iamgen",
        "git+https://git.example.com/iamgen.git@main",
        "-e git+https://git.example.com/tools@main#egg=iamgen",
        "--editable=git+https://git.example.com/iamgen",
        "https://git.example.com/iamgen/-/archive/main/tools.zip",
    ],
)
def test_a_line_that_does_not_either(line: str, tmp_path: Path) -> None:
    write(tmp_path, requirements_txt=f"boto3\n{line}\n")
    assert refused(tmp_path) == (Fault("requirements.txt:2", NEWEST, PINNED),)


@pytest.mark.parametrize(
    "line",
    [
        "iamgen==1.2.3",
        "iamgen == 1.2.3 --hash=sha256:abc",
        "iamgen>=1,==1.2.3",
        "iamgen[dev]===1.2.3",
        "iamgen \\\n  ==1.2.3",
        "iamgen @ git+https://git.example.com/iamgen@v1.2.3",
        "iamgen @ git+https://${TOKEN}@git.example.com/iamgen.git@v1.2.3-hotfix.1#subdirectory=python",
        "iamgen @ git+https://git.example.com/iamgen@refs/tags/approved",
        "iamgen @ git+https://git.example.com/iamgen@0123456789",
        f"iamgen[dev] @ git+ssh://git@git.example.com/iamgen@{COMMIT} ; python_version > '3'",
        f"-e git+https://git.example.com/tools@{COMMIT}#egg=iamgen",
        "git+https://git.example.com/iamgen@v1.2.3",
        "iamgen @ https://git.example.com/iamgen/archive/refs/tags/v1.2.3.zip",
        "iamgen @ https://example.com/iamgen-1.2.3-py3-none-any.whl",
        "iamgen @ https://example.com/latest.whl#sha256=abc",
        "iamgen @ file:///srv/iamgen",
    ],
)
def test_one_that_does(line: str, tmp_path: Path) -> None:
    write(tmp_path, requirements_txt=f"{line}\n")
    assert installation(tmp_path) == IamgenInstallation(BY_FILE)


@pytest.mark.parametrize(
    "text",
    [
        "iamgen-extras",
        "./wheels/iamgen-1.2.3-py3-none-any.whl",
        "./iamgen",
        "iamgen/",
        "-e .",
        "git+https://git.example.com/other@main",
        "https://git.example.com/iamgenerator/archive/main.zip",
        "--extra-index-url https://example.com/iamgen",
        "-i 'unclosed",
        "# iamgen",
        "",
    ],
)
def test_a_file_that_does_not_name_it_is_warned_about(text: str, tmp_path: Path) -> None:
    write(tmp_path, requirements_txt=text)
    assert installation(tmp_path) == IamgenInstallation(BY_FILE, unnamed("requirements.txt"))


@pytest.mark.parametrize("option", ["-r more.txt", "-rmore.txt", "--requirement more.txt", "--requirement='more.txt'"])
def test_what_a_file_includes_counts(option: str, tmp_path: Path) -> None:
    write(tmp_path, requirements_txt=f"--no-deps {option} # more\n", more_txt="-r requirements.txt\n\nIamGen>=1\n")
    assert refused(tmp_path) == (Fault("more.txt:3", NEWEST, PINNED),)
    write(tmp_path, more_txt="iamgen==1.2.3")
    assert installation(tmp_path) == IamgenInstallation(BY_FILE)
    (tmp_path / "more.txt").unlink()
    problem = "is not there, and another requirements file includes it"
    assert refused(tmp_path) == (Fault("more.txt", problem, "write it"),)


def test_files_are_found_beside_the_one_that_includes_them(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci/base.txt").write_text("-r tools.txt")
    (tmp_path / "ci/tools.txt").write_text("iamgen")
    write(tmp_path, requirements_txt="-r ci/base.txt")
    assert refused(tmp_path) == (Fault("ci/tools.txt:1", NEWEST, PINNED),)


def test_a_file_that_is_elsewhere_is_refused(tmp_path: Path) -> None:
    write(tmp_path, requirements_txt="\n-r https://example.com/more.txt")
    problem = "https://example.com/more.txt is elsewhere, and may say something else by then"
    assert refused(tmp_path) == (Fault("requirements.txt:2", problem, "put the file into the repository"),)


def test_every_line_is_told_and_counted_as_an_editor_does(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"\xef\xbb\xbfiamgen\r\nboto3 \\\r\n  >=1\r\n\r\niamgen>1\r\n")
    assert [fault.where for fault in refused(tmp_path)] == ["requirements.txt:1", "requirements.txt:5"]


@pytest.mark.parametrize("content", [b"\xff", "iamgen\n".encode("utf-16")])
def test_what_cannot_be_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(content)
    assert refused(tmp_path) == (Fault("requirements.txt", "cannot be read", "make it a text file in UTF-8"),)


LINTERS = {
    "pyproject_toml": '[tool.ruff]\nline-length = 100\n[build-system]\nrequires = ["setuptools"]\n',
    "setup_cfg": "[flake8]\nignore = E1\n[metadata]\nlicense = MIT\n",
}


def test_files_that_only_configure_tools_make_no_package(tmp_path: Path) -> None:
    write(tmp_path, **LINTERS)
    problem = "is not there, and CI would install whatever is called iamgen by then"
    assert refused(tmp_path) == (Fault("requirements.txt", problem, PINNED),)
    write(tmp_path, requirements_txt="iamgen==1.2.3")
    assert installation(tmp_path) == IamgenInstallation(BY_FILE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject_toml", '[project]\nname = "acme"\ndependencies = ["boto3", "iamgen{}"]\n'),
        ("setup_cfg", "[metadata]\nname = acme\n[options]\ninstall_requires =\n    boto3\n    iamgen{}\n"),
    ],
)
def test_a_package_pins_iamgen_itself(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, **{name: text.format("==1.2.3"), "requirements_txt": "iamgen\n"})
    assert installation(tmp_path) == IamgenInstallation(BY_PACKAGE)
    write(tmp_path, **{name: text.format(">=1")})
    assert refused(tmp_path) == (Fault(name.replace("_toml", ".toml").replace("_cfg", ".cfg"), NEWEST, PINNED),)


@pytest.mark.parametrize(
    ("name", "text"),
    [("pyproject_toml", '[project]\nname = "IAMgen"\n'), ("setup_cfg", "[metadata]\nname = iamgen\n")],
)
def test_iamgen_itself(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, **LINTERS, requirements_txt="boto3")
    write(tmp_path, **{name: text})
    assert installation(tmp_path) == IamgenInstallation(BY_PACKAGE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project]\nname = "acme"\ndynamic = ["dependencies"]\n'),
        ("pyproject.toml", '[tool.poetry]\nname = "acme"\n'),
        ("setup.cfg", "[metadata]\nname = acme\n"),
        ("setup.py", ""),
    ],
)
def test_a_package_that_does_not_name_iamgen(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert installation(tmp_path) == IamgenInstallation(BY_PACKAGE, unnamed(name))
    write(tmp_path, requirements_txt="boto3")
    assert installation(tmp_path) == IamgenInstallation(BY_PACKAGE, unnamed(name))
    write(tmp_path, requirements_txt="iamgen==1.2.3")
    assert installation(tmp_path) == IamgenInstallation(BY_FILE)


def test_files_of_a_package_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, pyproject_toml="[project", requirements_txt="iamgen==1.2.3")
    (fault,) = refused(tmp_path)
    assert (fault.where, fault.problem[:13], fault.hint) == (
        "pyproject.toml", "is no TOML: E", "correct it: pip would refuse it, too",
    )  # fmt: skip
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    assert refused(tmp_path) == (Fault("pyproject.toml", "cannot be read", "make it a text file in UTF-8"),)
    (tmp_path / "pyproject.toml").unlink()
    write(tmp_path, setup_cfg="name = acme\n")
    problem = "cannot be read: File contains no section headers."
    assert refused(tmp_path) == (Fault("setup.cfg", problem, "correct it"),)
