"""Labels of a session, worked out from what was simulated: beside its events, actions and elements."""
