"""The types of users.py, one module each: the fields, their possible faults, and how the values are resolved."""
