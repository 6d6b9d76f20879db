"""A page that does nothing."""

import streamlit as st

st.button("+1")
