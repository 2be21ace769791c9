"""Review access in git: a file lists all access, owners confirm it line by line, and iamgen says what is left."""
