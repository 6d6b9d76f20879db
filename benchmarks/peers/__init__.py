"""Ways to write into one shared sheet, each in a process and environment of its own."""
