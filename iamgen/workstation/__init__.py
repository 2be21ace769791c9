"""Make what a person needs at their computer: links into the console, and the contents of `~/.aws`."""
