"""知見: what past cases teach, found again, shared, and made into short pages."""
