"""Run cfn-lint inside this process: on all processors, with a cache, and only once for equal templates."""
