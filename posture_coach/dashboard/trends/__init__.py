"""The page of what is kept, over time: its tables, its charts, its verdicts, and the diary beside them."""
