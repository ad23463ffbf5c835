"""Shipped profiles."""
