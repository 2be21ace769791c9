"""Benchmarks of iamgen: whole processes, against what one would run without it. `make bench` runs them."""
