"""What is done with a history as a whole: looked through, copied, exported, brought back, deleted."""
