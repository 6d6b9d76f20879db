"""Signing in: the door in front of Streamlit, and the few plain pages before it.

Whoever has not signed in reaches these pages and nothing of Streamlit: no script is
run, no socket is opened for them.
"""
