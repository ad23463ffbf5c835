"""A wiki: pages that a team writes, reads and comments on."""
