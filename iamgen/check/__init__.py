"""Templates in, findings out: cfn-lint, and rules for what it does not see."""
