"""How the measures compare with their targets."""
