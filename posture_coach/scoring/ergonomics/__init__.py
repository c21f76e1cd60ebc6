"""RULA, REBA and ROSA on the median posture of a window, for the clinician."""
