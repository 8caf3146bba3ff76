"""What authorities allow, as pages show it: to the authority, to holders, and to the houses that work under it."""
