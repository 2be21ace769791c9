"""What the program does, one command a file: plain arguments in, an exit code out."""
