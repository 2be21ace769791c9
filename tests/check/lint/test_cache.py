from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from iamgen.check.finding import Finding
from iamgen.check.lint.cache import NOTHING, Memory, cache_folder, open_memory, setting

DAY = 86_400
FOUND = (
    Finding("E3034", "error", "too long", ("Resources", "AdminR", 0), 9, "https://example.com/"),
    Finding("W3037", "warning", "no such action: \u00e4", (), 12),
)
SETTING = setting("1.58.0", b"", "eu-west-1", b"")


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "lint", SETTING)


def entry(memory: Memory) -> Path:
    """Return the file of the only entry."""
    assert memory.folder
    (file,) = memory.folder.iterdir()
    return file


def age(file: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(file, (then, then))


def test_recalls_what_was_stored(memory: Memory) -> None:
    assert memory.recall("text") is None
    memory.store("text", FOUND)
    assert memory.recall("text") == FOUND


def test_nothing_found_is_remembered_too(memory: Memory) -> None:
    memory.store("text", ())
    assert memory.recall("text") == ()


def test_another_text_is_not_known(memory: Memory) -> None:
    memory.store("text", FOUND)
    assert memory.recall("text ") is None


@pytest.mark.parametrize(
    "other",
    [
        setting("1.58.1", b"", "eu-west-1", b""),
        setting("1.58.0", b"newer", "eu-west-1", b""),
        setting("1.58.0", b"", "eu-west-2", b""),
        setting("1.58.0", b"", "eu-west-1", b"ignore_checks: [W]"),
        setting("1.58.0", b"ignore_checks: [W]", "eu-west-1", b""),
    ],
    ids=["version", "schemas", "region", "configuration", "exchanged"],
)
def test_another_setting_knows_nothing(memory: Memory, other: bytes) -> None:
    memory.store("text", FOUND)
    assert replace(memory, setting=other).recall("text") is None


def test_configuration_decides(tmp_path: Path) -> None:
    config = tmp_path / ".cfnlintrc"
    config.write_text("ignore_checks: [W]\n", "utf-8")
    open_memory("eu-west-1", config).store("text", FOUND)
    assert open_memory("eu-west-1", config).recall("text") == FOUND
    assert open_memory("eu-west-1", None).recall("text") is None
    assert open_memory("eu-west-2", config).recall("text") is None
    config.write_text("ignore_checks: [E]\n", "utf-8")
    assert open_memory("eu-west-1", config).recall("text") is None


def test_schemas_downloaded_by_cfn_lint_decide(caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")  # where they lie depends on it
    open_memory("eu-west-1", None).store("text", FOUND)
    stated = caches / "aws" / "cfn-lint" / "schemas" / "version.json"
    stated.parent.mkdir(parents=True)
    stated.write_text('{"schema_date": "2099-01-01T00:00:00Z"}', "utf-8")
    assert open_memory("eu-west-1", None).recall("text") is None


def test_configuration_with_other_files_is_not_remembered(tmp_path: Path) -> None:
    config = tmp_path / ".cfnlintrc"
    config.write_text("append_rules: [rules]\n", "utf-8")
    assert open_memory("eu-west-1", config) is NOTHING


def test_unreadable_configuration_is_not_remembered(tmp_path: Path) -> None:
    assert open_memory("eu-west-1", tmp_path) is NOTHING


def test_nothing_stays_empty() -> None:
    NOTHING.store("text", FOUND)
    NOTHING.prune()
    assert NOTHING.recall("text") is None


@pytest.mark.parametrize(
    "damaged",
    [
        lambda _: b"",
        lambda whole: whole[:-1],
        lambda whole: whole[:64],
        lambda whole: whole + b" ",
        lambda whole: whole.replace(b"E3034", b"E3035"),
        lambda _: b"[]",
        lambda _: b"\xff\xfe" * 50,
        lambda _: b"0" * 64 + b"\n[]",
    ],
)
def test_damaged_entry_does_not_count_and_is_replaced(memory: Memory, damaged: Callable[[bytes], bytes]) -> None:
    memory.store("text", FOUND)
    entry(memory).write_bytes(damaged(entry(memory).read_bytes()))
    assert memory.recall("text") is None
    memory.store("text", FOUND)
    assert memory.recall("text") == FOUND


@pytest.mark.parametrize(
    "body", [b"{}", b'[{"rule": "E1"}]', b"no JSON", b"\xff", b"[" * 100_000, b" " * (1 << 20) + b"[]"]
)
def test_entry_of_another_shape_does_not_count(memory: Memory, body: bytes) -> None:
    memory.store("text", ())
    file = entry(memory)
    seal = hashlib.sha256(file.name.encode() + body).hexdigest().encode()
    file.write_bytes(seal + b"\n" + body)
    assert memory.recall("text") is None


def test_entry_of_another_text_does_not_count(memory: Memory) -> None:
    memory.store("good", ())
    clean = entry(memory).read_bytes()
    entry(memory).unlink()
    memory.store("bad", FOUND)
    entry(memory).write_bytes(clean)
    assert memory.recall("bad") is None


def test_folder_in_place_of_an_entry_does_no_harm(memory: Memory) -> None:
    memory.store("text", FOUND)
    file = entry(memory)
    file.unlink()
    file.mkdir()
    memory.store("text", FOUND)
    assert memory.recall("text") is None
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_too_much_is_not_remembered(memory: Memory) -> None:
    memory.store("text", [FOUND[0]._replace(message="x" * (1 << 20))])
    assert memory.folder
    assert not memory.folder.exists()


def test_cache_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    memory = open_memory("eu-west-1", None)
    memory.store("text", FOUND)
    memory.prune()
    assert memory.recall("text") is None


def test_read_only_folder_can_be_read(memory: Memory) -> None:
    memory.store("text", FOUND)
    age(entry(memory), 2)
    assert memory.folder
    memory.folder.chmod(0o500)
    assert memory.recall("text") == FOUND
    memory.store("other", FOUND)
    memory.prune()
    memory.folder.chmod(0o700)


def test_only_the_person_can_look_in() -> None:
    memory = open_memory("eu-west-1", None)
    memory.store("text", FOUND)
    assert memory.folder == cache_folder()
    assert cache_folder().stat().st_mode & 0o777 == 0o700
    assert entry(memory).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_folder_that_others_can_write_to_is_not_trusted(mode: int) -> None:
    cache_folder().mkdir(parents=True)
    cache_folder().chmod(mode)
    assert open_memory("eu-west-1", None) is NOTHING


def test_prunes_what_was_of_no_use_for_a_month(memory: Memory) -> None:
    memory.store("old", FOUND)
    age(entry(memory), 31)
    memory.store("new", FOUND)
    memory.prune()
    assert memory.recall("old") is None
    assert memory.recall("new") == FOUND


def test_use_keeps_an_entry(memory: Memory) -> None:
    memory.store("text", FOUND)
    age(entry(memory), 31)
    assert memory.recall("text") == FOUND
    memory.prune()
    assert memory.recall("text") == FOUND


def test_prunes_once_a_week(memory: Memory) -> None:
    assert memory.folder
    memory.store("text", FOUND)
    memory.prune()
    old = next(path for path in memory.folder.iterdir() if path.name != "pruned")
    age(old, 31)
    memory.prune()
    assert old.exists()
    age(memory.folder / "pruned", 8)
    memory.prune()
    assert not old.exists()


def test_several_at_once_see_whole_entries_or_none(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from iamgen.check.finding import Finding
from iamgen.check.lint.cache import Memory
memory = Memory(Path({str(tmp_path / "lint")!r}), b"setting")
found = tuple(Finding("E1", "error", "x" * 1000, ("a", number), number) for number in range(1, 20))
misses = 0
for turn in range(150):
    text = str(turn % 5)
    misses += memory.recall(text) is None
    memory.store(text, found)
    assert memory.recall(text) == found
    memory.prune()
print(misses)
"""
    runs = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) for _ in range(3)]
    misses = [int(run.communicate()[0]) for run in runs]
    assert all(run.returncode == 0 for run in runs)
    assert max(misses) <= 5
    assert len(list((tmp_path / "lint").iterdir())) == 5 + 1
