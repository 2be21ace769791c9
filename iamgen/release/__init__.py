"""What was, is and will be released: tags and branches. The only place that runs git."""
