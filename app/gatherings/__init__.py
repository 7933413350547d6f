"""What the cohort does between convenings: series of calls, webinars, working groups, peer sessions."""
