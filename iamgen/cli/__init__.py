"""The command line: a module for each command's options, and one place where errors become exit codes."""
