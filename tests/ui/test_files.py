"""Files are written whole or not at all; most of it is shown on the program, in commands/test_render.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iamgen.errors import Fault, IamgenError
from iamgen.ui.files import write_all


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


def test_no_link_below_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("old")
    (tmp_path / "real").mkdir()
    (tmp_path / "build").symlink_to("real")  # the folder itself is the person's choice
    (tmp_path / "real/a").symlink_to("../precious")
    (tmp_path / "real/b").symlink_to("..")
    folder = tmp_path / "build"
    with pytest.raises(IamgenError) as caught:
        write_all({folder / "a": "new", folder / "b/c/d": "new", folder / "e": "new"}, within=folder)
    hint = "nothing was written, for no symlink is followed here: look at it, and remove it"
    assert caught.value.faults == (
        Fault(str(folder / "a"), "cannot be written: it is a symlink to ../precious", hint),
        Fault(str(folder / "b/c/d"), f"cannot be written: {folder / 'b'} is a symlink to ..", hint),
    )
    assert (tmp_path / "precious").read_text() == "old"
    assert sorted(path.name for path in (tmp_path / "real").iterdir()) == ["a", "b"]
    write_all({folder / "e": "new"}, within=folder)
    assert (tmp_path / "real/e").read_text() == "new"


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


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(IamgenError, match="pipe: cannot be written: it is no regular file"):
        write_all({tmp_path / "pipe": "x"})
    assert (tmp_path / "pipe").is_fifo()


def test_a_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(IamgenError, match="a: cannot be written"):
        write_all({tmp_path / "a": "x"})
    assert {path.name: path.readlink() for path in tmp_path.iterdir()} == {"a": Path("b"), "b": Path("a")}
    with pytest.raises(IamgenError, match="cannot be written"):
        write_all({tmp_path / "a" / "file": "x"})


@pytest.mark.parametrize("linked", [True, False])
def test_when_one_cannot_take_its_place_all_others_are_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    """A file that another is mounted on, say: no permission tells, and renaming fails."""
    (tmp_path / "old").write_text("old")
    (tmp_path / "last").write_text("last")
    rename, link = Path.replace, Path.hardlink_to

    def busy(self: Path, target: Path) -> Path:
        if target.name == "last":
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    def unlinkable(self: Path, target: Path) -> None:
        if not linked:
            raise OSError(1, "Operation not permitted")
        link(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(Path, "hardlink_to", unlinkable)
    with pytest.raises(IamgenError, match="last: cannot be written: Device or resource busy"):
        write_all({tmp_path / "old": "new", tmp_path / "made/new": "new", tmp_path / "last": "new"}, private=True)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["last", "old"]
    assert ((tmp_path / "old").read_text(), (tmp_path / "last").read_text()) == ("old", "last")


def test_what_is_private_is_so_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_all({tmp_path / "a/b/file": "x"}, private=True)
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "a", tmp_path / "a/b", tmp_path / "a/b/file")] == [
        0o700, 0o700, 0o600,
    ]  # fmt: skip


@pytest.mark.parametrize("link", ["build", "build/dev", "build/dev/infra.json"])
def test_a_link_that_leads_nowhere_is_named(link: str, tmp_path: Path) -> None:
    place = tmp_path / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(tmp_path / "gone" / "far" / "away")
    with pytest.raises(IamgenError) as raised:
        write_all({tmp_path / "build" / "dev" / "infra.json": "{}"})
    (fault,) = raised.value.faults
    away = f"{tmp_path}/gone/far/away"
    assert fault.hint == (
        f"nothing was written; {place} is a link to {away}, which is not there: make that, or remove the link"
    )
