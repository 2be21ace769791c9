"""Make a CloudFormation template for each account from the resolved declaration."""


def import_stack() -> None:
    """Load what builds templates, troposphere and awacs among it, which takes 50 to 100 ms."""
    import iamgen.synth.account_templates  # noqa: F401
