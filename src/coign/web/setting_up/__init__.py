"""From an empty installation to two administrators who can sign in; see README.md."""
