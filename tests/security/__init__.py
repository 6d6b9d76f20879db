"""Who attacks the app, and what comes of it."""
