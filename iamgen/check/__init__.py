"""Check templates: cfn-lint and iamgen's own rules find the faults in them."""
