"""期限 on the screen: the list, the calendar, one clock as a whole, and its rules."""
