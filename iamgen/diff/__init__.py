"""Find what differs between two templates: by resource, by property, and in policies by statement."""
