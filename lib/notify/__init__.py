"""Messages out of the app: what is sent comes ready, and where to is a secret."""
