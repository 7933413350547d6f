"""What comes off a printer: documents set as PDF from the same data as the pages."""
