"""Files are written whole or not at all; most of it is shown on the program, in commands/test_render.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iamgen.errors import IamgenError
from iamgen.files import write_all


def test_all_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IamgenError, match="folder: cannot be written: it is a folder"):
        write_all({tmp_path / "old": "new", tmp_path / "new/er/file": "new", tmp_path / "folder": "new"})
    assert (tmp_path / "old").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "old"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_all({tmp_path / "link": "new"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_the_umask_counts(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_all({tmp_path / "file": "x\n"})
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


def test_line_ends_are_kept(tmp_path: Path) -> None:
    write_all({tmp_path / "file": "a\nb\r\nc"})
    assert (tmp_path / "file").read_bytes() == b"a\nb\r\nc"
