"""Send requests to AWS: clients, errors in plain words, polling, several accounts. Only this room imports boto3."""
