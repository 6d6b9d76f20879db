"""重大事案 on the screen: calm, one thing after the other, on a phone first."""
