"""Episodes for training agents that use computers: a task in words, pictures, and what is done."""
