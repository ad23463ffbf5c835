"""How automation tools move a pointer and type, one family a file: the other class of a detector."""
