"""The JSON Schema of what `iamgen diff --json` prints about two models."""
