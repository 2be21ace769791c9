"""Nobody may do anything anywhere: roles that trust nobody, groups without people."""

OPS_SERVICES = ("s3",)
USERS = ()
