"""Pictures of video: strips, grids, animations, plots and their files."""
