"""JSON Schema files of what commands about releases print."""
