"""Answer questions about access over all accounts, with the path that leads to the access.

The way through: a source (`declared_source`, `template_source`, `details_source`) gives an `AccessModel` of all
accounts. `reach` finds every role that somebody can act as, `decisions` decides what a user or a role's session may do,
with the evaluator of `iamgen.access`; `can` and `holders` put the two together. `can_text`, `can_json` and their like
write answers down.
"""
