"""Pictures and plots: strips, grids, animations, pages and their files."""
