"""A form for every action, made from its command."""
