"""What the pages about people show, worked out before a page is drawn."""
