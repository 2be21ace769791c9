"""List the condition keys that can have several values in a request, and so need a set operator.

Sources: IAM User Guide, "AWS global condition context keys" (value type "Multivalued") and "Single-valued vs.
multivalued context keys"; Service Authorization Reference, condition keys of a type "ArrayOf...", as of October 2026.
A test compares the table with the data of the release that the checks use.
"""

from __future__ import annotations

_GLOBAL = """
aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths aws:SourceOrgPaths
aws:TagKeys aws:VpceOrgPaths
"""
_OF_SERVICES = """
a4b:filters_deviceType account:AccountResourceOrgPaths account:AlternateContactTypes acm:DomainNames
airflow:TeamNames apigateway:Request/ApiKeyRequired apigateway:Request/AuthorizerType
apigateway:Request/AuthorizerUri apigateway:Request/ConditionBasePaths apigateway:Request/EndpointType
apigateway:Request/RouteAuthorizationType apigateway:Request/SecurityPolicy apigateway:Resource/ApiKeyRequired
apigateway:Resource/AuthorizerType apigateway:Resource/AuthorizerUri apigateway:Resource/ConditionBasePaths
apigateway:Resource/EndpointType apigateway:Resource/RouteAuthorizationType apigateway:Resource/SecurityPolicy
autoscaling:CapacityReservationIds autoscaling:CapacityReservationResourceGroupArns autoscaling:LoadBalancerNames
autoscaling:TargetCapacityTypes autoscaling:TargetGroupARNs autoscaling:TrafficSourceIdentifiers
autoscaling:VPCZoneIdentifiers aws-marketplace:AgreementType aws-marketplace:ProductId backup:CopyTargetOrgPaths
backup:CopyTargets backup:FrameworkArns bedrock-agentcore:AllowedQueryParameters
bedrock-agentcore:AllowedRequestHeaders bedrock-agentcore:AllowedResponseHeaders
bedrock-agentcore:CredentialProviderScope bedrock-agentcore:InboundJwtClaim/aud
bedrock-agentcore:InboundJwtClaim/scope bedrock-agentcore:securityGroups bedrock-agentcore:subnets
bedrock-mantle:Files cloudformation:ResourceTypes cloudformation:TargetRegion cloudshell:SecurityGroupIds
cloudshell:SubnetIds cloudshell:VpcIds cloudwatch:AlarmActions cloudwatch:requestInsightRuleLogGroups
cloudwatch:requestManagedResourceARNs codebuild:buildBatchConfig.restrictions.computeTypesAllowed
codebuild:buildBatchConfig.restrictions.fleetsAllowed codebuild:cache.modes
codebuild:environment.environmentVariables.name codebuild:environment.environmentVariables.value
codebuild:fileSystemLocations.identifier codebuild:fileSystemLocations.location codebuild:fileSystemLocations.type
codebuild:secondaryArtifacts.artifactIdentifier codebuild:secondaryArtifacts.bucketOwnerAccess
codebuild:secondaryArtifacts.encryptionDisabled codebuild:secondaryArtifacts.location
codebuild:secondarySources.auth.resource codebuild:secondarySources.auth.type
codebuild:secondarySources.buildStatusConfig.context codebuild:secondarySources.buildStatusConfig.targetUrl
codebuild:secondarySources.insecureSsl codebuild:secondarySources.location
codebuild:secondarySources.sourceIdentifier codebuild:vpcConfig.securityGroupIds codebuild:vpcConfig.subnets
comprehend:VpcSecurityGroupIds comprehend:VpcSubnets connect:FlowType
connect:ListRealtimeContactAnalysisSegmentsBySegmentType connect:MonitorCapabilities
connect:SearchContactsByContactAnalysis continuum:CollectorArn continuum:RepositoryName datapipeline:PipelineCreator
datapipeline:workerGroup deadline:FarmMembershipLevels deadline:FleetMembershipLevels deadline:JobMembershipLevels
deadline:QueueMembershipLevels devops-guru:ServiceNames dsql:FisTargetArns dynamodb:Attributes
dynamodb:FirstPartitionKeyValues dynamodb:FisTargetArns dynamodb:FourthPartitionKeyValues dynamodb:LeadingKeys
dynamodb:SecondPartitionKeyValues dynamodb:ThirdPartitionKeyValues ec2:FisTargetArns ec2:IKEVersions
ec2:Phase1DHGroup ec2:Phase1EncryptionAlgorithms ec2:Phase1IntegrityAlgorithms ec2:Phase2DHGroup
ec2:Phase2EncryptionAlgorithms ec2:Phase2IntegrityAlgorithms ec2:VpcePrivateDnsSpecifiedDomains
ecs:capacity-provider ecs:compute-compatibility ecs:subnet eks:encryptionConfigProviderKeyArns eks:kubernetesGroups
eks:namespaces elasticloadbalancing:ListenerProtocol elasticloadbalancing:SecurityGroup
elasticloadbalancing:SecurityPolicy elasticloadbalancing:Subnet es:SecurityGroupIds es:SubnetIds events:detail-type
events:EventBusArn events:source events:TargetArn fis:Operations fis:Targets geo:DeviceIds geo:GeofenceIds
glue:SecurityGroupIds glue:SubnetIds glue:VpcIds iam:AccountPropertyNamespaces identitystore:GroupExternalIdIssuers
identitystore:GroupId identitystore:UserExternalIdIssuers identitystore:UserId imagebuilder:CreatedResourceTagKeys
iot:ThingGroupArn iot:TunnelDestinationService iotfleetwise:Signals iotsitewise:taskArns iottwinmaker:linkedServices
kinesis:FisTargetArns kms:EncryptionContextKeys kms:GrantOperations kms:ResourceAliases lambda:Layer
lambda:SecurityGroupIds lambda:SubnetIds lex:associatedIntents lex:associatedSlotTypes
logs:LogGeneratingResourceArns networkmanager:edgeLocations networkmanager:subnetArns oam:ResourceTypes
observabilityadmin:CentralizationSourceId observabilityadmin:CentralizationSourceRegions
partnercentral-account-management:LegacyPartnerCentralRole partnercentral-account-management:MarketingCentralRole
partnercentral-account-management:ProServeRole partnercentral:FulfillmentTypes partnercentral:Programs
payment-cryptography:ResourceAliases pi:Dimensions quicksight:AllowedEmbeddingDomains quicksight:KmsKeyArns
refactor-spaces:CreatedByAccountIds route53:ChangeResourceRecordSetsActions
route53:ChangeResourceRecordSetsNormalizedRecordNames route53:ChangeResourceRecordSetsRecordTypes
s3:InventoryAccessibleOptionalFields s3:RequestObjectTagKeys s3express:InventoryAccessibleOptionalFields
s3express:Permissions sagemaker:AcceleratorTypes sagemaker:CustomerMetadataPropertiesToRemove sagemaker:ImageArns
sagemaker:ImageVersionArns sagemaker:InstanceTypes sagemaker:NotebookInstanceLifecycleConfigArns
sagemaker:StudioLifecycleConfigArns sagemaker:UpdatableFeatures sagemaker:VpcSecurityGroupIds sagemaker:VpcSubnets
saml:cn saml:eduorghomepageuri saml:eduorgidentityauthnpolicyuri saml:eduorglegalname saml:eduorgsuperioruri
saml:eduorgwhitepagesuri saml:edupersonaffiliation saml:edupersonassurance saml:edupersonentitlement
saml:edupersonnickname saml:edupersonorgunitdn saml:edupersonscopedaffiliation saml:edupersontargetedid
secretsmanager:AddReplicaRegions ses:ConfigurationSetOptions ses:Recipients ses:ReplicaRegion ssm:DocumentCategories
ssm:DocumentVersion ssm:InventoryTypeName states:StateMachineQualifier sts:IdentityTokenAudience
sts:RequestContextProviders sts:TransitiveTagKeys synthetics:Names transfer:RequestServerProtocols
vpc-lattice:PrivateDnsSpecifiedDomains vpc-lattice:SecurityGroupIds vpc-lattice:TargetGroupArns
wisdom:MessageTemplate/RoutingProfileArn wisdom:SearchFilter/Qualifier
"""
_KEYS = frozenset(key.lower() for key in (*_GLOBAL.split(), *_OF_SERVICES.split()))
_PREFIXES = ("events:metadata/", "vpc-lattice-svcs:requestquerystring/")
"""What the keys begin with of which the rest is free, in lower case."""


def is_multivalued(key: str) -> bool:
    """Return whether the key is known to be multivalued. Key names have no case."""
    key = key.lower()
    return key in _KEYS or key.startswith(_PREFIXES)
