"""行政問合せ on the screen: the call, the list, one contact with all that belongs to it."""
