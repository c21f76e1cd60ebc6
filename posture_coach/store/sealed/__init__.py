"""Names and diary, which nobody reads without the key."""
