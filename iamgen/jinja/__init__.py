"""Render the Jinja2 templates of a repository; if it has none of a name, iamgen's own template is used."""
