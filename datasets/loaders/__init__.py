"""Sessions, movements and keystrokes made while a model trains: blocks, shares, windows."""
