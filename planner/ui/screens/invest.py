"""To come."""

import streamlit as st


def show(here):
    st.title("…")
