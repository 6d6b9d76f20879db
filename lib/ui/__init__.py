"""The screen: with app.py and pages/ the only part that imports Streamlit."""
