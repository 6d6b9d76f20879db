"""文書 on the screen: the list, one page to read, and the same to write."""
