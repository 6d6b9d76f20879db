"""対応待ち on the screen: what was promised for today, and all open work in its order."""
