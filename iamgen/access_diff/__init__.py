"""Compare who may do what in two states of all accounts: each difference is proven, or shown by a request.

Both states are an `AccessModel`, whatever they were read from. `matched_principals` finds each user and role on both
sides. `own_policies` compares what each of them may do, and `assumption` who may assume each role, with the regions of
`iamgen.regions`: for all requests at once. `held_roles_change` says what follows for people: which roles they gain and
lose, where and until when. `model_difference` puts it together, and `sections` says it in words.
"""
