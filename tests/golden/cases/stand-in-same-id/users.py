"""user-only has the id of a dev account; the users are part of the stack, and referred to."""

from iamgen import CIUser, Grant, Settings, User

OPS_SERVICES = ("ec2", "s3")
USERS = (
    User("alice", {"*": "AdminR"}, power=True),
    User("bob", {"shop-dev": Grant("ReadR", until="2027-01-31T18:00"), "prod": "ReadR"}, path="/team/"),
)
CI_USERS = (CIUser("ci", {"shop-dev": "OpsR"}),)
SETTINGS = Settings(users="stack")
