"""Read CONST.inc and users.py, find their faults, and resolve them into one declaration."""
