"""The numbers of rrweb 2.x (@rrweb/types 2.1.6) that a desktop recording uses."""

DOM_CONTENT_LOADED, LOAD, FULL_SNAPSHOT, INCREMENTAL, META, CUSTOM = range(6)

# Incremental sources.
MUTATION, MOUSE_MOVE, MOUSE_INTERACTION, SCROLL, VIEWPORT_RESIZE, INPUT = range(6)

# Mouse interactions.
MOUSE_UP, MOUSE_DOWN, CLICK, CONTEXT_MENU, DBL_CLICK, FOCUS, BLUR = range(7)

POINTER_MOUSE = 0

# Node types.
DOCUMENT_NODE, DOCTYPE_NODE, ELEMENT_NODE, TEXT_NODE, CDATA_NODE, COMMENT_NODE = range(6)

CUSTOM_TAG = "deskhand"
