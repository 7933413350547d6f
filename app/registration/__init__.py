"""Delegations and their places, presence windows, private needs: who comes to a convening, and when."""
