"""cfn-lint, run in process: on all processors, cached, once for equal templates."""
