"""The mayors' six-month updates: cycles, drafts, commitments, approval, release, and who may read what when."""
