"""Statistics that ask questions: disproportional reports, and rules that stop a trial. Pure functions of counts."""
