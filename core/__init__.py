"""The workflow itself: plain Python, no Streamlit. docs/architecture.md draws it."""
