"""Other names of services, from the AWS CLI and from everyday language, each with the prefix of its actions.

Prefixes: the Service Authorization Reference. Names of the CLI: the signing names in botocore's models (1.44); a test
holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OF_THE_CLI: Mapping[str, str] = MappingProxyType(
    {
        "accessanalyzer": "access-analyzer",
        "amp": "aps",
        "apigatewayv2": "apigateway",
        "docdb": "rds",
        "dynamodbstreams": "dynamodb",
        "efs": "elasticfilesystem",
        "elb": "elasticloadbalancing",
        "elbv2": "elasticloadbalancing",
        "emr": "elasticmapreduce",
        "keyspaces": "cassandra",
        "kinesisanalyticsv2": "kinesisanalytics",
        "location": "geo",
        "mwaa": "airflow",
        "neptune": "rds",
        "opensearchserverless": "aoss",
        "pinpoint": "mobiletargeting",
        "s3control": "s3",
        "sesv2": "ses",
        "sso-admin": "sso",
        "stepfunctions": "states",
    }
)
"""Names of the AWS CLI's commands that are no prefixes."""

_OF_PEOPLE: Mapping[str, str] = MappingProxyType(
    {
        "alb": "elasticloadbalancing",
        "apigw": "apigateway",
        "asg": "autoscaling",
        "aurora": "rds",
        "beanstalk": "elasticbeanstalk",
        "certificatemanager": "acm",
        "cfn": "cloudformation",
        "cloudwatchlogs": "logs",
        "cognito": "cognito-idp",
        "ddb": "dynamodb",
        "dynamo": "dynamodb",
        "eventbridge": "events",
        "fargate": "ecs",
        "identitycenter": "sso",
        "kinesisfirehose": "firehose",
        "msk": "kafka",
        "nlb": "elasticloadbalancing",
        "parameterstore": "ssm",
        "sfn": "states",
        "vpc": "ec2",
    }
)
"""What people call services."""

ALIASES: Mapping[str, str] = MappingProxyType({**OF_THE_CLI, **_OF_PEOPLE})
"""Every other name, without hyphens but for those of the CLI."""
