"""JSON Schema files of what commands about people print and write."""
