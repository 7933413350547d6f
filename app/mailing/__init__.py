"""The outbox and what is in the letters."""
