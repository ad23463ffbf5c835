"""A manifest's detached signature by Ed25519, and the check that a folder is what was signed.

The signature is the 64 bytes of RFC 8032 over the bytes of ``manifest.json``, which holds the sha256
of every other file; so OpenSSL checks it too.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deskhand.errors import DeskhandError
from deskhand.manifest import (
    MANIFEST_FILE,
    SIGNATURE_FILE,
    UNLISTED,
    differences,
    read_record,
    write_whole,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

NEW_KEY = "openssl genpkey -algorithm ed25519 -out key.pem"
PUBLIC_KEY = "openssl pkey -in key.pem -pubout -out pub.pem"


def load_signing_key(path: str | Path) -> "Ed25519PrivateKey":
    """Return the private key of a PEM file.

    Parameters
    ----------
    path : str or pathlib.Path

    Raises
    ------
    DeskhandError
        When the package cryptography is missing, or the file holds no such key.
    """
    _need_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = _parsed(path, lambda pem: load_pem_private_key(pem, password=None), "private", NEW_KEY)
    if not isinstance(key, Ed25519PrivateKey):
        raise DeskhandError(f"key {path}: is not of Ed25519; make one with `{NEW_KEY}`.")
    return key


def load_public_key(path: str | Path) -> "Ed25519PublicKey":
    """Return the public key of a PEM file.

    Parameters
    ----------
    path : str or pathlib.Path

    Raises
    ------
    DeskhandError
        When the package cryptography is missing, or the file holds no such key.
    """
    _need_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = _parsed(path, load_pem_public_key, "public", PUBLIC_KEY)
    if not isinstance(key, Ed25519PublicKey):
        raise DeskhandError(f"key {path}: is not of Ed25519; make one with `{PUBLIC_KEY}`.")
    return key


def _parsed(path: str | Path, parse: Callable[[bytes], Any], kind: str, command: str) -> Any:
    content = _read(Path(path))
    try:
        return parse(content)
    except TypeError:
        raise DeskhandError(f"key {path}: has a password; give a key without one.") from None
    except Exception as error:
        # The library's own refusals share no base but this.
        raise DeskhandError(
            f"key {path}: no {kind} key in PEM; make one with `{command}`."
        ) from error


def sign_folder(folder: str | Path, key: "Ed25519PrivateKey") -> Path:
    """Sign a folder's manifest.

    Parameters
    ----------
    folder : str or pathlib.Path
        With ``manifest.json``.
    key : Ed25519PrivateKey
        As `load_signing_key` returns it.

    Returns
    -------
    pathlib.Path
        The file with the signature, ``manifest.json.sig``. The same key and manifest give the same bytes.

    Raises
    ------
    DeskhandError
        When the manifest is missing or the signature cannot be written.
    """
    place = Path(folder) / SIGNATURE_FILE
    read_record(Path(folder) / MANIFEST_FILE)
    try:
        write_whole(place, key.sign((Path(folder) / MANIFEST_FILE).read_bytes()))
    except OSError as error:
        raise DeskhandError(f"{place} cannot be written: {error.strerror or error}.") from error
    return place


def breaches(folder: str | Path, key: "Ed25519PublicKey") -> list[str]:
    """Return one line for everything by which a folder is not what the key's owner signed.

    Parameters
    ----------
    folder : str or pathlib.Path
    key : Ed25519PublicKey

    Returns
    -------
    list of str
        Empty when the signature is right and every file is as the manifest lists it.

    Raises
    ------
    DeskhandError
        When the folder holds no manifest.
    """
    from cryptography.exceptions import InvalidSignature

    folder = Path(folder)
    manifest = folder / MANIFEST_FILE
    if not manifest.is_file():
        raise DeskhandError(
            f"{folder}: holds no {MANIFEST_FILE}, so there is nothing that was signed; give the folder "
            "that was made with --sign."
        )
    try:
        key.verify((folder / SIGNATURE_FILE).read_bytes(), manifest.read_bytes())
    except FileNotFoundError:
        return [f"{SIGNATURE_FILE}: missing, so the folder is not signed"]
    except InvalidSignature:
        return [f"{SIGNATURE_FILE}: not the signature of this manifest by this key"]
    return differences(folder, _listed(read_record(manifest)), without=UNLISTED)


def _listed(manifest: dict[str, Any]) -> dict[str, Any]:
    # The set of fixtures lists the files of each case with the case.
    listed = dict(manifest.get("files", {}))
    for case in manifest.get("cases", ()):
        listed |= case["files"]
    return listed


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeskhandError(f"key {path} cannot be read: {error.strerror or error}.") from error


def _need_cryptography() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise DeskhandError(
            "signatures need the package cryptography, which is not installed; "
            'install it with `pip install "deskhand[sign]"`.'
        ) from None
