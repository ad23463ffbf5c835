"""Expenses: claims with receipts, decisions on them, and the account that they are paid to."""
