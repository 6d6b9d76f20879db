"""The parts of the page 苦情受付: what is typed, what stands beside it, the receipt."""
