"""Language lessons: units, exercises that come one at a time, and a league."""
