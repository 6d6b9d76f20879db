"""Personal data at the end of their time, on the screen."""
