"""Who joined and left, which roles they gained and lost, and what the declaration's other changes mean."""

from __future__ import annotations

from tests.access_diff.conftest import Differ, body, entries

BEFORE = """\
OPS_SERVICES = ("ec2", "s3")
USERS = (User("alice", {"dev": "AdminR", "prod": Grant("OpsR", until="2027-03-31", reason="OPS-1")}),
         User("bob", {"dev": "OpsR", "prod": "ReadR"}))
CI_USERS = (CIUser("ci", {"dev": "OpsR"}),)
"""


def test_the_same_twice_is_proven_equal(declared: Differ) -> None:
    model_difference = declared(BEFORE, BEFORE)
    assert (
        model_difference.is_proven_equal,
        model_difference.has_gains,
        model_difference.has_losses,
        model_difference.has_doubts,
    ) == (True, False, False, False)
    assert entries(model_difference) == {}
    number = len(model_difference.principals)
    assert body(model_difference).replace("\n", " ") == (
        f"No change of access: proven for {number} users and roles. Their policies are the same on both sides, "
        "statement by statement."
    )


def test_a_role_that_is_granted_is_gained_by_that_person_alone(declared: Differ) -> None:
    model_difference = declared(BEFORE, BEFORE.replace('"prod": "ReadR"', '"prod": ("OpsR", "ReadR")'))
    assert entries(model_difference) == {"roles gained": ["bob: OpsR in prod"]}
    assert (
        body(model_difference)
        == """\
bob gains access. No one loses anything: proven for 9 users and roles.

roles gained:
  bob: OpsR in prod
    such as sts:AssumeRole on
      arn:aws:iam::333333333333:role/infra-OpsR-333333333333 with
      aws:MultiFactorAuthPresent = true
      denied before: no statement allows it
      allowed now: by statement 1 of trust policy of infra-OpsR-333333333333"""
    )


def test_the_other_way_round_it_is_lost(declared: Differ) -> None:
    model_difference = declared(BEFORE.replace('"prod": "ReadR"', '"prod": ("OpsR", "ReadR")'), BEFORE)
    assert entries(model_difference) == {"roles lost": ["bob: OpsR in prod"]}
    assert not model_difference.has_gains
    assert body(model_difference).startswith("No one gains anything: proven for 9 users and roles. bob loses access.")


def test_an_end_that_moves_is_a_longer_time(declared: Differ) -> None:
    later = BEFORE.replace("2027-03-31", "2027-06-30")
    expected = "alice: OpsR in prod until {}, before: until {} (OPS-1)"
    ends = ("the end of 2027-06-30 (UTC)", "the end of 2027-03-31 (UTC)")
    longer = declared(BEFORE, later)
    assert entries(longer) == {"roles held for longer, or with fewer conditions": [expected.format(*ends)]}
    assert "aws:CurrentTime = 2027-04-01T00:00:00Z" in body(longer)
    assert (longer.has_gains, longer.has_losses) == (True, False)


def test_a_shorter_time_is_a_loss(declared: Differ) -> None:
    model_difference = declared(BEFORE, BEFORE.replace("2027-03-31", "2027-02-28"))
    assert list(entries(model_difference)) == ["roles held for a shorter time, or with more conditions"]
    assert (model_difference.has_gains, model_difference.has_losses) == (False, True)


def test_who_joined_comes_with_their_roles(declared: Differ) -> None:
    model_difference = declared(
        BEFORE, BEFORE.replace("CI_USERS", 'USERS += (User("carol", {"*": "ReadR"}),)\nCI_USERS')
    )
    sections = entries(model_difference)
    assert sections["joined"] == ["person: carol"]
    assert sections["roles gained"] == ["carol: ReadR in dev and prod"]
    assert sections["more is allowed"] == ["carol (new), as their own user"]


def test_what_a_role_may_do_more_is_told_once_for_all_accounts(declared: Differ) -> None:
    model_difference = declared(BEFORE, BEFORE.replace('("ec2", "s3")', '("ec2", "s3", "iam")'))
    sections = entries(model_difference)
    assert sections["more is allowed"] == ["OpsR in dev and prod"]
    assert sections["new ways to administrator"] == ["alice as OpsR in prod", "bob as OpsR in dev", "ci as OpsR in dev"]
    assert "less is allowed" not in sections


def test_an_account_that_is_added_or_has_another_id(declared: Differ) -> None:
    const = (
        "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\n"
        "DEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID={}\n"
    )
    model_difference = declared(
        BEFORE, BEFORE, earlier=const.format("333333333333"), later=const.format("444444444444")
    )
    sections = entries(model_difference)
    assert sections["accounts"] == ["prod (333333333333) is removed", "prod (444444444444) is added"]
    assert "bob: ReadR in prod (444444444444)" in sections["roles gained"]
    assert "bob: ReadR in prod (333333333333)" in sections["roles lost"]


def test_a_renamed_stack_changes_no_access_and_says_what_is_called_otherwise(declared: Differ) -> None:
    model_difference = declared(BEFORE, BEFORE + 'SETTINGS = Settings(stack="platform")\n')
    assert model_difference.is_proven_equal
    assert body(model_difference).startswith("No change of access: proven for")
    title = "called otherwise, so that policies elsewhere may mean nobody now"
    assert "role infra-OpsR-ID is platform-OpsR-ID in dev and prod" in entries(model_difference)[title]


def test_trust_by_names_instead_of_arns_lets_in_a_user_who_is_made_again(declared: Differ) -> None:
    """Nobody who is there gains a role. The text is another one, and means the same for them."""
    model_difference = declared(BEFORE, BEFORE + 'SETTINGS = Settings(trust="names")\n')
    assert not model_difference.held
    assert not model_difference.has_doubts
