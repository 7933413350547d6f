"""Plenary: convenings and cohort learning. The plan of the house is in docs/architecture.md."""
