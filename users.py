"""Who may do what, in which account. `iamgen render --all -o build` turns it into one template an account."""

from iamgen import CIUser, Grant, Settings, User

# What OpsR has full power over. With iam among them an OpsR can raise its own power: docs/principals.md.
OPS_SERVICES = ("cloudformation", "dynamodb", "ec2", "iam", "lambda", "logs", "s3", "sts")

USERS = (
    # looks after people and accounts; in PowerG
    User("alice", {"user-only": "OpsR", "dev": "AdminR", "prod": "OpsR"}, power=True, email="alice@example.com"),
    # develops; may look at production
    User("bob", {"dev": ("OpsR", "ReadR"), "prod": "ReadR"}, email="bob@example.com"),
    # on call until the end of the migration
    User("carol", {"*": "ReadR", "prod": Grant("OpsR", until="2027-03-31", reason="OPS-118: migration")}),
    # an auditor sees everything and changes nothing
    User("dave", {"*": "ReadR"}, path="/auditors/", email="dave@audit.example.org"),
)

CI_USERS = (CIUser("ci", {"dev": "OpsR", "prod": "OpsR"}),)

SETTINGS = Settings(session_hours={"AdminR": 1, "OpsR": 4, "ReadR": 12})
