"""The agenda: placing, conflicts, budget, releases, and who sees what of them."""
