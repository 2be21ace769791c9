"""JSON Schema files of what `iamgen review check --json` prints."""
