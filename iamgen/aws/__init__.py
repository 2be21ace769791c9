"""Facts of AWS: quotas, services, managed policies, each once with its source."""
