"""A convening's agenda: placing sessions, what conflicts, how the time is spent, what is published and who sees it."""
