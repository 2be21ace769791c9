from __future__ import annotations

from pathlib import Path

import pytest

from iamgen.check.lint.configuration import CONFIG_NAMES, find_config, is_self_contained


@pytest.mark.parametrize("name", CONFIG_NAMES)
def test_configuration_is_found_in_the_repository(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("ignore_checks: [W]\n", "utf-8")
    assert find_config(tmp_path) == tmp_path / name


def test_first_name_wins_and_folders_are_no_configuration(tmp_path: Path) -> None:
    assert find_config(tmp_path) is None
    (tmp_path / ".cfnlintrc").mkdir()
    for name in CONFIG_NAMES[:0:-1]:
        (tmp_path / name).touch()
    assert find_config(tmp_path) == tmp_path / ".cfnlintrc.yaml"


@pytest.mark.parametrize(
    "config",
    [
        "",
        "\n# nothing\n",
        "---\nignore_checks: [W]\n",
        "ignore_checks:\n- W3037\n- E3034\n",
        "ignore_checks:\n  - W3037 # why\n\nregions:\n  - eu-west-1\n",
        "configure_rules:\n  E3012:\n    strict: true\ninclude_checks: [I]\ntemplates: ['build/*.json']\n",
    ],
)
def test_says_it_all_itself(config: str) -> None:
    assert is_self_contained(config.encode())


@pytest.mark.parametrize(
    "config",
    [
        "append_rules: [rules]\n",
        "ignore_checks: [W]\ncustom_rules: own.txt\n",
        "override_spec: spec.json\n",
        "registry_schemas: [schemas]\n",
        "an_option_of_tomorrow: file\n",
        "  append_rules: [rules]\n",
        "---\n  append_rules: [rules]\n",
        "# why\n\tappend_rules: [rules]\n",
        '"append_rules": [rules]\n',
        '"append\\x5frules": [rules]\n',
        "? append_rules\n: [rules]\n",
        "{append_rules: [rules]}\n",
        "--- {append_rules: [rules]}\n",
        "ignore_checks: &a [W]\n<<: *a\n",
        "!!map\nignore_checks: [W]\n",
        "ignore_checks : [W]\u2028append_rules: [rules]\n",
    ],
)
def test_may_bring_in_other_files(config: str) -> None:
    assert not is_self_contained(config.encode())


def test_other_encodings_may_say_anything() -> None:
    assert not is_self_contained("append_rules: [rules]\n".encode("utf-16"))
