"""What employers and référents decide, and the small layer that learns from it: off until a human approves it."""
