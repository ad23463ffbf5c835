"""From intents to event columns: pointer, keyboard, wheel, devices."""
