"""Capture formats: one a file or a folder, each with its recorder's behaviour, schema and writer.

A format is a module that is registered in the entry-point group ``deskhand.exports``. It has

``SUMMARY``
    One line for people.
``KEEPS``
    From canonical event types to `deskhand.exports.losses.Kept`; what is not in it is lost.
``LOSES``
    One sentence for people on what is lost.
``open_writer(folder, argument=None)``
    Returns a `deskhand.exports.session_tables.Writer` that writes sessions below ``folder``, one at a
    time, each wholly from itself: no clock, no host, no order. ``argument`` is what a user gave
    behind the format's name and a colon (``agentnet:mp4``); a format that takes none refuses it.
``recognises(path)``
    Whether a file or a folder is of this format, told by its content; cheap, and never raises.
``read(path, dropped=None)``
    Where the format can be read back: yields canonical sessions, and counts in
    `deskhand.exports.losses.Dropped` what it could not keep.
``NEEDS_ARGUMENT``
    True where nothing can be done without an argument, as with a mapping of one's own; then `read` and
    `findings` take it too, last.
``NEEDS_PAGE``
    True where a session in which no page was opened makes no file that readers take.
``findings(path)``
    Yields a `deskhand.findings.Finding` for everything that is wrong with a file or a folder.
"""
