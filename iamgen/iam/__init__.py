"""Read CloudFormation templates and the IAM documents in them, tolerantly, with the place of every value.

`source` parses text into plain data with lines, `intrinsics` replaces CloudFormation's functions by what they
give as far as a template tells. What a template does not tell is a named hole in a text and never nothing.
"""
