"""Monitoring, on call."""
