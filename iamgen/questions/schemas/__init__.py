"""JSON Schema files of what questions about access take and answer."""
