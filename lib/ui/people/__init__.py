"""人と研修 on the screen: the table of people, and what they still have to learn."""
