"""What must be told to whom by when: civil days, hours, and the duties of a case."""
