"""The app: ``streamlit run app.py`` or ``planner app``."""

from planner.ui.main import main

main()
