"""JSON Schema files of what commands about deployments print and write."""
