"""Cohorts, cities, seats, tenures, audiences; who is looking, what they may do, and what they did."""
