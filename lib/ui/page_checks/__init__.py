"""ページ点検 on the screen: which pages are owed, one check, its course, the rules."""
