"""Personal data at the end of its time: anonymising, and a person's own request."""
