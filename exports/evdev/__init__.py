"""The Linux kernel's input events (evdev): what a mouse and a keyboard report, and what recorders keep.

The formats ``evemu`` and ``libinput`` write the same reports down in different texts.
"""
