"""Grants that end: those with one end share a statement, one that has ended is left out, the longest counts."""

from iamgen import CIUser, Grant, User

OPS_SERVICES = ("s3",)
SOON = "2026-12-31"
USERS = (
    User("alice", {"dev": Grant("OpsR", until=SOON)}),
    User("bob", {"dev": Grant("OpsR", until=SOON, reason="INC-1")}),
    User("carol", {"dev": (Grant("OpsR", until="2027-06-30T12:00"), "ReadR")}),
    User("dave", {"dev": Grant("OpsR", until="2026-11-22")}),
    User("erin", {"*": "OpsR", "dev": Grant("OpsR", until=SOON)}),
    User("frank", {"*": Grant("OpsR", until=SOON), "dev": Grant("OpsR", until="2027-06-30T14:00+02:00")}),
)
CI_USERS = (CIUser("ci", {"dev": Grant("OpsR", until=SOON)}),)
