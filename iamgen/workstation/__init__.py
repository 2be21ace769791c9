"""What a person gets: links into the console, and what belongs into their `~/.aws`."""
