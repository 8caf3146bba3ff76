"""A witness of transparency logs (C2SP tlog-witness); see README.md."""
