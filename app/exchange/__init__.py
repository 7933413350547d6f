"""Floor 3: import and export. Readers turn bytes into plain data, plans say what would change, writers answer."""
