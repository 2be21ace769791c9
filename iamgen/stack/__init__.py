"""The declaration made into CloudFormation."""
