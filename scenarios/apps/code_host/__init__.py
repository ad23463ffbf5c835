"""Source code on a server: pull requests and their review, blame, repositories and people."""
