"""What a person may read and mend by hand: settings, places, own targets."""
