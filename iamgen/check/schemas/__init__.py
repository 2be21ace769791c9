"""JSON Schema files of what `iamgen check` prints."""
