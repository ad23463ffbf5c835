"""Put a page's small images into its recorded nodes, so that a replay needs no server."""

import re
from collections.abc import Iterator
from typing import Any

from deskhand.scenarios.screen_compiler.page_files import PageFiles

_URL = re.compile(r"""url\((["']?)(https?://[^"')]+)\1\)""")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.get("childNodes", ()))


def inline_images(tree: dict[str, Any], files: PageFiles) -> None:
    """Replace links to small files of the page by data URIs, in place.

    An image element keeps its link and gains ``rr_dataURL``, which rrweb's replayer prefers.
    """

    def inlined(text: str) -> str:
        def swap(match: re.Match[str]) -> str:
            uri = files.data_uri(match[2])
            return f'url("{uri}")' if uri else match[0]

        return _URL.sub(swap, text)

    for node in _nodes(tree):
        attributes = node.get("attributes", {})
        if node.get("tagName") == "img" and isinstance(attributes.get("src"), str):
            uri = files.data_uri(attributes["src"])
            if uri:
                attributes["rr_dataURL"] = uri
        for name in ("_cssText", "style"):
            if isinstance(attributes.get(name), str):
                attributes[name] = inlined(attributes[name])
