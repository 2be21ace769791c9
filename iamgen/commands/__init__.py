"""What the program does: one module for each command, which takes plain arguments and returns an exit code."""
