"""The life of a person's IAM user: what they have, how they get it, and how all of it is taken back."""
