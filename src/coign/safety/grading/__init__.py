"""From what was seen or measured to a grade: pure functions over dated rule sets."""
