"""The sample cohort: data files that people can read and edit, and the loader that brings them into a database."""
