"""知見: past resolutions to be found, read beside a call, shared and written down."""
