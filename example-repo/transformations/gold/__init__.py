"""Gold: what reports and people read."""
