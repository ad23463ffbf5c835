"""Mail: an inbox, messages and invitations."""
