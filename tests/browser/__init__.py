"""What readers see, in a real browser."""
