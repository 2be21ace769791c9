"""Decides whether the assertions of users.py hold: what must never, or always, be possible, proven for every request.

An assertion means some actions, resources and accounts, and those whom it is about. `requests` says which requests that
are, `callers` who they are and what their requests carry. `policy_decisions` proves for one user or role that none of
the requests is allowed, or that all are, by regions; equal policies are decided once. `forbidden` and `required` put
that together with the ways by which somebody comes to act, `assumed_roles` decides on sts:AssumeRole by both sides, and
`outcomes` says what came of each assertion.

A request that is shown was decided by the evaluator of `iamgen.access`. What is not decided counts as not held.
"""
