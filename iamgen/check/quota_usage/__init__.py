"""Count how much of each AWS quota a template uses: the one table for rules, headroom and warnings."""
