"""Another partition, in every ARN; data and secrets shut to ReadR; a changed password needs MFA."""

from iamgen import CIUser, Settings, User

OPS_SERVICES = ("ec2", "s3")
USERS = (User("alice", {"dev": "ReadR", "prod": ("ReadR", "OpsR")}),)
CI_USERS = (CIUser("ci", {"prod": "OpsR"}),)
SETTINGS = Settings(read_guard=True, password_change_needs_mfa=True)
