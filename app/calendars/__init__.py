"""iCalendar documents and the addresses at which programs fetch them. Reads the domain, decides nothing."""
