"""The script that Streamlit runs for every tab: which pages there are."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from posture_coach.dashboard.analyze.page import analyze_page
from posture_coach.dashboard.calibrate.page import calibrate_page
from posture_coach.dashboard.live.page import camera_state, live_page
from posture_coach.dashboard.measures_page import measures_page
from posture_coach.dashboard.scored_page import scored_page
from posture_coach.dashboard.targets.page import targets_page
from posture_coach.dashboard.trends.page import trends_page

ICON = Path(__file__).with_name("icon.png")
STYLE = Path(__file__).with_name("pages.css")

st.set_page_config("posture-coach", page_icon=str(ICON), layout="wide")
st.html(STYLE)
page = st.navigation(
    [
        st.Page(live_page, title="Live", icon=":material/videocam:", default=True),
        st.Page(calibrate_page, title="Calibrate", icon=":material/accessibility_new:", url_path="calibrate"),
        st.Page(trends_page, title="Trends", icon=":material/trending_up:", url_path="trends"),
        st.Page(analyze_page, title="Analyze", icon=":material/movie:", url_path="analyze"),
        st.Page(measures_page, title="Measures", icon=":material/square_foot:", url_path="measures"),
        st.Page(targets_page, title="Targets", icon=":material/tune:", url_path="targets"),
        st.Page(scored_page, title="How you are scored", icon=":material/help:", url_path="scored"),
    ],
    position="top",
)
if page.url_path:
    camera_state()
page.run()
