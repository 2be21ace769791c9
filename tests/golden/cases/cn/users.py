"""Amazon's partition in China; trust by names, and the session must carry the user's name."""

from iamgen import CIUser, Grant, Settings, User

OPS_SERVICES = ("ec2", "s3")
USERS = (
    User("alice", {"dev": "ReadR", "prod": ("ReadR", "OpsR")}, path="/ops/"),
    User("bob", {"prod": Grant("ReadR", until="2026-12-31")}),
)
CI_USERS = (CIUser("ci", {"prod": "OpsR"}),)
SETTINGS = Settings(trust="names", session_name_is_user=True, stack="access")
