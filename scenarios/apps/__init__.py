"""The shipped applications, a folder each: authored pages, compiled screens, tasks and records."""
