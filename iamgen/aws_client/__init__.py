"""Requests to AWS: clients, errors in plain words, polling, several accounts at once. Only here is boto3 imported."""
