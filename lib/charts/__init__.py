"""Charts: a frame in, an `alt.Chart` out; drawn from its cached specification."""
