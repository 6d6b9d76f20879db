"""How well like complaints are found, on the labelled set beside this file."""
