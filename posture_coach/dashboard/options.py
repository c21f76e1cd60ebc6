"""How Streamlit is started: on this machine alone, telling nobody, in calm colours.

`posture-coach` hands these over in code; `.streamlit/config.toml` beside `app.py` says the same to `streamlit run`, and
a test holds the two equal.
"""

from __future__ import annotations

HOST = "127.0.0.1"
PORT = 8501
LOCAL_NAMES = (HOST, "localhost")
"""What this machine calls itself: any other name in a request is a stranger's, pointed here."""

OPTIONS: dict[str, str | int | bool | list[str]] = {
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "server.address": HOST,
    "server.port": PORT,
    "server.allowedHosts": list(LOCAL_NAMES),
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": False,
    # The day of *Trends* has both: its default stays out of the address, and a button moves it. Without a default it
    # could be cleared, or, where that is forbidden, would be marked "(required)".
    "global.disableWidgetStateDuplicationWarning": True,
    # Light and dark each have their own: a colour for both would lock the page to the light one.
    "theme.light.primaryColor": "#2a7f78",
    "theme.dark.primaryColor": "#4fb3a9",
}
