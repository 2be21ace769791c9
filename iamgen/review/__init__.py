"""A review of access in git: a file of all access, which owners confirm line by line, and what remains of it to do."""
