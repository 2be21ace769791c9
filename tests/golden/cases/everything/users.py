"""Every type: roles, groups and policies of one's own, pipelines of each provider, an emergency."""

from iamgen import CIUser, Emergency, Grant, Group, Pipeline, Policy, Role, Settings, User

OPS_SERVICES = ("ec2", "s3")
USERS = (
    User("alice", {"dev": ("AdminR", "DataR"), "prod": Grant("DataR", until="2027-01-31")}, power=True),
    User("bob", {"*": "AuditR"}),
)
CI_USERS = (CIUser("ci", {"dev": "DeployR"}),)
POLICIES = (
    Policy("LogsP", "logs.json.j2", vars={"buckets": ("app", "audit")}),
    Policy("BoundaryP", "boundary.json.j2"),
    Policy("AuditorsP", "auditors.json.j2"),
    Policy("AloneP", "auditors.json.j2", accounts="prod"),
)
ROLES = (
    Role("DataR", services=("athena", "s3"), policies=("LogsP",), session_hours=8, description="For analysts."),
    Role(
        "DeployR",
        accounts=("dev", "prod"),
        managed_policies=("PowerUserAccess", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"),
        boundary="BoundaryP",
        emergency=Emergency("INC-7: the queue is stuck", until="2026-12-24", template="queue.json.j2"),
    ),
    Role("WorkerR", accounts="*", assumed_by=("lambda.amazonaws.com", "ecs-tasks.amazonaws.com"), policies=("LogsP",)),
    Role("ChainedR", accounts="prod", assumed_by=("WorkerR", "arn:aws:iam::999999999999:role/Partner")),
    Role("AuditR", managed_policies=("SecurityAudit",)),
    Role("ToolR", accounts="dev", assumed_by=("arn:aws:iam::999999999999:user/tool",), mfa=False),
)
GROUPS = (Group("AuditorsG", members=("bob",), managed_policies=("SecurityAudit",), policies=("AuditorsP",)),)
PIPELINES = (
    Pipeline("github", repository="acme/shop", environment="prod", access={"prod": "DeployR"}),
    Pipeline("github", repository="acme@123/web@456", branch="main", access={"dev": "DeployR"}),
    Pipeline("github", repository="acme@123/web@456", environment="prod", access={"prod": "DeployR"}),
    Pipeline("gitlab", "project_path:acme/shop/api:ref_type:branch:ref:main", {"dev": "DeployR"}),
    Pipeline("buildkite", "organization:acme:pipeline:shop:ref:refs/heads/main:*", {"dev": "DeployR"}),
    Pipeline("circleci", "org/0f0f0f0f-aaaa/project/1e1e/*", {"dev": Grant("DeployR", until="2027-06-30")}),
    Pipeline(
        "bitbucket",
        "{6a4ab5f2-5a0b-4f0d-9a56-0f6c6d5f7b11}:*",
        {"dev": "DeployR"},
        repository="acme",
        audience="ari:cloud:bitbucket::workspace/9b2ab5f2-5a0b-4f0d-9a56-0f6c6d5f7b22",
    ),
    Pipeline("hcp-terraform", "organization:acme:project:shop:workspace:prod:run_phase:apply", {"prod": "OpsR"}),
    Pipeline("https://ci.example.com/oidc", "job:release", {"dev": "DeployR"}, audience="aws"),
)
SETTINGS = Settings(trust_policy_quota=4096)
