"""Make and find releases and promotions, by tags and branches. Only this room runs git."""
