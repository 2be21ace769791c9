"""The JSON Schema of what templates of policies make, for editors and validators."""
