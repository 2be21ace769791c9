"""The people are part of the user-only stack, with their tags and memberships."""

from iamgen import Settings, User

OPS_SERVICES = ("s3",)
USERS = (
    User("alice", {"dev": "AdminR"}, power=True, email="alice@example.com", tags={"team": "core", "Ort": "Köln"}),
    User("bob", {"dev": "ReadR"}, path="/team/blue/"),
)
SETTINGS = Settings(users="stack")
