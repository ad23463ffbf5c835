"""What people see of a run: thresholds, a line while it runs, and a page afterwards."""
