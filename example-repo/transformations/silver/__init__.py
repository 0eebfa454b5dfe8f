"""Silver: cleaned, typed, one row for each thing."""
