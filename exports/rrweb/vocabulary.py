"""The numbers of rrweb 2.x (@rrweb/types 2.1.6)."""

DOM_CONTENT_LOADED, LOAD, FULL_SNAPSHOT, INCREMENTAL, META, CUSTOM, PLUGIN, ASSET = range(8)

# Incremental sources.
MUTATION, MOUSE_MOVE, MOUSE_INTERACTION, SCROLL, VIEWPORT_RESIZE, INPUT, TOUCH_MOVE = range(7)
DRAG, SELECTION, LAST_SOURCE = 12, 14, 16
SOURCES = (
    "Mutation", "MouseMove", "MouseInteraction", "Scroll", "ViewportResize", "Input", "TouchMove",
    "MediaInteraction", "StyleSheetRule", "CanvasMutation", "Font", "Log", "Drag",
    "StyleDeclaration", "Selection", "AdoptedStyleSheet", "CustomElement",
)  # fmt: skip

# Mouse interactions.
MOUSE_UP, MOUSE_DOWN, CLICK, CONTEXT_MENU, DBL_CLICK, FOCUS, BLUR = range(7)
TOUCH_START, TOUCH_DEPARTED, TOUCH_END, TOUCH_CANCEL = range(7, 11)

# Pointer types.
POINTER_MOUSE = 0
POINTER_TYPES = ("mouse", "pen", "touch")

# Node types.
DOCUMENT_NODE, DOCTYPE_NODE, ELEMENT_NODE, TEXT_NODE, CDATA_NODE, COMMENT_NODE = range(6)

CUSTOM_TAG = "deskhand"
