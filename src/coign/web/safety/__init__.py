"""What the pages of safety show, worked out before a page is drawn."""
