"""Who can do what, decided offline from rendered templates. Pure: plain data in, decisions out.

The way through: `resources` and `attachments` read a template into `accounts`, `principals` says who asks and
whether they may, `evaluate` decides on statements that `documents`, `conditions` and `patterns` have read.
What is not understood raises `errors.AccessError`; it never comes out as allowed.
"""
