"""Speed and load, each against a floor measured in the same run; they print ratios."""
