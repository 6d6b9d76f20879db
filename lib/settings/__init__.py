"""How this installation is set up, and the keys it keeps."""
