"""The dashboard's entry: `streamlit run app.py` and `posture-coach` both land here."""

import streamlit as st

from posture_coach.dashboard.server import MIDDLEWARE, ROUTES, SCRIPT, lifespan

app = st.App(SCRIPT, lifespan=lifespan, routes=ROUTES, middleware=MIDDLEWARE)
