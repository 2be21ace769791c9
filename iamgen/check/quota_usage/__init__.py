"""How much of each quota of AWS a template uses: the one table that rules, headroom and warnings read."""
