"""Draw who can reach what: people, machines, groups, roles and accounts as SVG, Graphviz's dot, or Mermaid."""
