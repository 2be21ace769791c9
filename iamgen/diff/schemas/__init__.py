"""JSON Schema files of what `iamgen changes` prints."""
