"""Reference pages as text, generated from the catalogue, the errors and the tests."""
