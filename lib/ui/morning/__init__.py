"""The parts of 今日 that are more than a few lines."""
