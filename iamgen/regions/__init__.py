"""Compare what two sets of policies allow, for all requests at once: proven equal, or with a request that differs.

A statement applies to a region of requests: a product of independent dimensions, which are the resource and each
condition key. `statement_formulas` writes that down as a formula of claims about single dimensions, `formulas`.
`dimensions` says whether claims about a dimension agree with each other, by its shortest member; for texts that is a
walk over glob patterns, `glob_members`. `search` puts members of all dimensions together to the shortest request that
meets a formula, and `difference` asks for one that is denied before and allowed after. `action_classes` divides the
actions of AWS by the statements that are about them, so that each class is compared once, and `comparison` does that.

A request that is shown was decided by the evaluator of `iamgen.access` on both sides. What cannot be decided exactly is
named, and never counts as equal.
"""
