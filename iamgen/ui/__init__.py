"""Talk to the person: output, questions, signals, files."""
