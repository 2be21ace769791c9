"""Deploy templates to AWS: plan, ask, execute and follow. Find drift and repair it."""
