"""What is in AWS, and how it gets there. The only place that imports boto3."""
