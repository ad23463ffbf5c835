"""The load core: a plan is sent at the times it tells, whatever the service answers."""
