[default]
region = ${GLOBAL_AWS_REGION}
s3 =
  signature_version = s3v4
  max_concurrent_requests = 100
  max_queue_size = 1000
  multipart_threshold = 64MB
  multipart_chunksize = 16MB

[profile ${AWS_ACCOUNT_NAME}]
region = ${GLOBAL_AWS_REGION}
source_profile = ${AWS_ACCOUNT_NAME}

[profile ${DEV_AWS_ACCOUNT_NAME}_read]
region = ${GLOBAL_AWS_REGION}
role_arn = arn:aws:iam::${DEV_AWS_ACCOUNT_ID}:role/${DEV_IAM_READ_ROLE}
source_profile = ${AWS_ACCOUNT_NAME}
mfa_serial = ${AWS_MFA_SERIAL}

[profile ${PROD_AWS_ACCOUNT_NAME}_read]
region = ${GLOBAL_AWS_REGION}
role_arn = arn:aws:iam::${PROD_AWS_ACCOUNT_ID}:role/${PROD_IAM_READ_ROLE}
source_profile = ${AWS_ACCOUNT_NAME}
mfa_serial = ${AWS_MFA_SERIAL}
