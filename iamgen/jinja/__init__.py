"""Jinja2 templates of a repository, with those that iamgen brings behind them."""
