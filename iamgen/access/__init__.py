"""Who can do what, decided offline from rendered templates. Pure: plain data in, decisions out.

The way through: `account_reading` turns a template that `iamgen.iam` has read into `accounts`, `principals` says who
asks and whether they may, `evaluate` decides on statements that `documents`, `conditions` and `patterns` have read.
Answers have three values (`answers`): what is unknown makes an answer unknown only where it decides. `may`,
`may_assume` and `decide` raise `errors.AccessError` for an unknown answer; it never comes out as allowed.
"""
