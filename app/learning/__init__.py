"""What cities learn from one another: asks, commitments and what became of them."""
