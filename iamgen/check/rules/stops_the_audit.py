"""The rule about policies that allow to stop the records of what happens in an account."""

from __future__ import annotations

from iamgen.check.rules import Rule
from iamgen.check.rules._broad import everywhere
from iamgen.check.rules._examples import allow, policy, template

STOPPING_ACTIONS = {
    "cloudtrail:StopLogging": "trail",
    "cloudtrail:DeleteTrail": "trail",
    "cloudtrail:PutEventSelectors": "trail",
    "config:StopConfigurationRecorder": "",
    "config:DeleteConfigurationRecorder": "",
    "guardduty:DeleteDetector": "detector",
    "guardduty:UpdateDetector": "detector",
    "securityhub:DisableSecurityHub": "",
    "access-analyzer:DeleteAnalyzer": "",
}
"""Actions by which records and detectors are stopped or removed, each with the kind of resource that it is about."""

RULE = Rule(
    id="W139",
    name="stops-the-audit",
    level="warning",
    summary="A policy allows to stop the records and detectors of an account",
    why=(
        "CloudTrail, Config, GuardDuty and Security Hub show afterwards who did what. Somebody who may stop or "
        "delete all of them leaves no trace. Put these actions into the role that sets the records up."
    ),
    source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    check=everywhere(STOPPING_ACTIONS, "can do something that nobody sees afterwards"),
    good=(template(AuditP=policy(allow(["cloudtrail:LookupEvents", "config:Describe*", "guardduty:Get*"]))),),
    bad=(
        template(AppP=policy(allow("cloudtrail:StopLogging"))),
        template(AppP=policy(allow("guardduty:*"))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
