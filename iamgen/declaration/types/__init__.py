"""The types of users.py, one module each: the fields, what can be wrong with them, and what they come to."""
