"""Make the files of a new repository: what `iamgen init` asks, checks and writes."""
