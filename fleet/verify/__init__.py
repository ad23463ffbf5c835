"""The answer key's judge: what a service stored against what was sent to it, event by event."""
