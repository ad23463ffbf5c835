"""News: a front page of links, threads of comments, and pages elsewhere."""
