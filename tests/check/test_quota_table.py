"""Tables of quotas fit into 80 columns, whatever things are called."""

from __future__ import annotations

import pytest

from iamgen.check.quota_table import table, tables_by_account
from iamgen.check.quota_usage.headroom import Headroom


def row(account: str, subject: str, used: int, limit: int = 2048) -> Headroom:
    return Headroom(account, subject, used, limit, "characters", "18 more managed policies fit")


LONG = "TeamPlatformDataEngineeringDeploymentR trust policy"
ROWS = (row("dev", "OpsR trust policy", 1024), row("prod", LONG, 512), row("dev", "template", 1, 1_000_000))


def test_the_fullest_first() -> None:
    assert table(ROWS).splitlines() == [
        "dev OpsR trust policy          1,024 /     2,048  50 %  18 more managed policies",
        f"prod {LONG}",
        "                                 512 /     2,048  25 %  18 more managed policies",
        "dev template                       1 / 1,000,000   0 %  18 more managed policies",
    ]


def test_each_account_below_its_name() -> None:
    assert tables_by_account(ROWS).splitlines() == [
        "dev",
        "  OpsR trust policy  1,024 /     2,048  50 %  18 more managed policies",
        "  template               1 / 1,000,000   0 %  18 more managed policies",
        "",
        "prod",
        f"  {LONG}",
        f"{'':37}512 / 2,048  25 %  18 more managed policies",
    ]


@pytest.mark.parametrize("shown", [table, tables_by_account])
def test_nothing_is_empty_or_too_wide(shown: object) -> None:
    assert callable(shown)
    assert shown(()) == ""
    assert max(map(len, shown(ROWS).splitlines())) <= 80
