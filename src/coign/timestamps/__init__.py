"""Time stamps of others over our bytes (RFC 3161)."""
