"""Where data are kept: one protocol, several stores, one contract for all of them."""
