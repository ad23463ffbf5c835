"""What goes wrong, in layers: the device's clock, its buffer, the transport, the content, the session.

Each fault of each layer draws from its own keys, so that switching one on moves no other's choice.
A batch is named by device, session of the device and position in the session, which no fault
changes; its row in a table is not part of its name.
"""
