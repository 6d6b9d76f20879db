"""Several processes and a person at one sheet, and a judge who saw every cell."""
