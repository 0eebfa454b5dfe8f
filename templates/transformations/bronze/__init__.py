"""Bronze: data as it was delivered."""
