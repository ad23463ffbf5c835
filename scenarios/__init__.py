"""SimPy worlds: screens and apps, the Desk verbs, tasks, people's days, teams."""
