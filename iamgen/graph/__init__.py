"""Draws who reaches what: people, machines, groups, roles and accounts as SVG, Graphviz's dot, or Mermaid."""
