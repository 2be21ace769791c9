"""What changes from one template to another: by resource, by property, and in policies by statement."""
