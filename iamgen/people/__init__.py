"""Look after a person's IAM user: what the person has, how they get it, and how all of it is taken back."""
