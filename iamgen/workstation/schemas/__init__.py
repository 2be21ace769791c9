"""JSON Schema files of what `iamgen bootstrap` prints."""
