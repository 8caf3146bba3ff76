"""The web project: pages, interfaces and the look of Coign."""
