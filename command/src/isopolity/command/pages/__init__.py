"""What a person sees in the browser; for the same machine only."""
