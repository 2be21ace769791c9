"""Deploy templates to AWS: plan, ask, execute, follow; find drift and put it right."""
