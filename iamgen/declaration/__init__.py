"""What the operator wrote: read, held against the accounts, resolved."""
