"""The dev account stands in for user-only: it holds people and roles, in one stack."""

from iamgen import CIUser, User

OPS_SERVICES = ("ec2", "s3")
USERS = (
    User("alice", {"dev": "AdminR", "prod": "OpsR"}, power=True),
    User("bob", {"user-only": "OpsR", "prod": "ReadR"}, path="/team/"),
)
CI_USERS = (CIUser("ci", {"dev": "OpsR", "prod": "OpsR"}),)
