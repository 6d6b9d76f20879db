"""Commands for developers; nothing of the running app needs them."""
