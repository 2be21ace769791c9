"""Two projects and a shared user-only account; patterns; paths, tags and awkward names."""

from iamgen import CIUser, Grant, User

OPS_SERVICES = ("lambda", "dynamodb", "access-analyzer", "sts", "iam")

USERS = (
    User("zoe", {"*": "ReadR"}, path="/contractors/eu/"),
    User("alice", {"*-dev": ("AdminR", "OpsR"), "*-prod": "OpsR", "user-only": ("OpsR", "ReadR")}, power=True),
    User("bob.o+x=y,z@shop_1", {"shop-*": "OpsR"}, tags={"team": "shop"}),
    User("carol", {"*-dev": "OpsR", "acme-prod": Grant("AdminR", until="2027-01-31", reason="INC-1234")}),
    User("mallory", {}),
)

CI_USERS = (
    CIUser("ci", {"*-dev": "OpsR", "*-prod": "OpsR"}),
    CIUser("Ci.Audit", {"audit": ("ReadR", "OpsR")}),
)
