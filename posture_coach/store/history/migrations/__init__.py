"""Steps from one form of the history to the next, run by `store/history/migrate.py`."""
