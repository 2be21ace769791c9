"""Answers whether somebody may do something in AWS, from rendered templates alone and without asking AWS.

`account_reading` turns a template that `iamgen.iam` has read into an account with its users, groups and roles.
`principals` says who asks, what their requests carry, and whether they may. `evaluate` decides on the statements that
`documents`, `conditions` and `patterns` have read; `statement_index` and `matching` prepare them, so that a request is
compared with few of them. `action_matrix` answers for all known actions at once.

Answers have three values (`answers`): what is unknown makes an answer unknown only where it decides. `may`,
`may_assume` and `decide` raise `errors.AccessError` for an unknown answer; it never comes out as allowed.
"""
