"""A user-only account and no other: there is no role to assume."""

from iamgen import User

OPS_SERVICES = ("s3",)
USERS = (User("alice", {}),)
