"""Pages of référents."""
