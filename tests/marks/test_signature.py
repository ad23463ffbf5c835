"""Signed folders: OpenSSL and cryptography agree, and every kind of tampering is told."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deskhand import api
from deskhand.cli import main
from deskhand.manifest import describe_file, read_record, write_record

pytest.importorskip("cryptography", reason='needs python -m pip install -e ".[test,sign]"')

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from deskhand.signature import breaches, load_public_key, load_signing_key, sign_folder


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    pkcs8 = PrivateFormat.PKCS8
    for name, number in (("key", 1), ("other", 2)):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
        (folder / f"{name}.pem").write_bytes(key.private_bytes(Encoding.PEM, pkcs8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pub.pem").write_bytes(public)
    locked = key.private_bytes(Encoding.PEM, pkcs8, BestAvailableEncryption(b"secret"))
    (folder / "locked.pem").write_bytes(locked)
    rsa = generate_private_key(65537, 2048)
    (folder / "rsa.pem").write_bytes(rsa.private_bytes(Encoding.PEM, pkcs8, NoEncryption()))
    (folder / "text.pem").write_text("no key\n")
    return folder


@pytest.fixture(scope="module")
def signed(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("signed") / "run"
    words = ["generate", "auth.unlock", "--people", "1", "--seed", "7", "--out", str(out)]
    assert main([*words, "--sign", str(keys / "key.pem")]) == 0
    return out


def test_what_was_signed_is_found_so(
    signed: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify-synthetic", str(signed), "--key", str(keys / "key.pub.pem")]) == 0
    assert "signed, and not changed since" in capsys.readouterr().out
    # The signature is no file that is not in the list.
    assert api.validate(signed).ok


def test_openssl_agrees(signed: Path, keys: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("needs OpenSSL: apt-get install openssl")
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", keys / "key.pub.pem", "-rawin",
         "-in", signed / "manifest.json", "-sigfile", signed / "manifest.json.sig"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def flip(folder: Path) -> None:
    path = next(folder.rglob("events.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def forge(folder: Path) -> None:
    # The hash of what was changed is mended in the manifest.
    flip(folder)
    path = next(folder.rglob("events.parquet"))
    manifest = read_record(folder / "manifest.json")
    manifest["files"][path.relative_to(folder).as_posix()] = describe_file(path)
    write_record(folder / "manifest.json", manifest)


TAMPERINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte": (flip, "its sha256 is not the one listed"),
    "a byte and the manifest": (forge, "not the signature of this manifest"),
    "a file less": (lambda f: next(f.rglob("events.parquet")).unlink(), "missing"),
    "a file more": (lambda f: (f / "more.csv").write_text("x\n1\n"), "not in the list of files"),
    "no signature": (lambda f: (f / "manifest.json.sig").unlink(), "is not signed"),
    "half a signature": (
        lambda f: (f / "manifest.json.sig").write_bytes(b"1" * 32), "not the signature",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_told(
    what: str, signed: Path, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper, told = TAMPERINGS[what]
    folder = tmp_path / "run"
    shutil.copytree(signed, folder)
    tamper(folder)
    assert main(["verify-synthetic", str(folder), "--key", str(keys / "key.pub.pem")]) == 1
    assert told in capsys.readouterr().out


def test_another_s_key_did_not_sign_it(signed: Path, keys: Path) -> None:
    assert breaches(signed, load_public_key(keys / "other.pub.pem")) == [
        "manifest.json.sig: not the signature of this manifest by this key"
    ]


def test_the_same_key_and_manifest_give_the_same_bytes(signed: Path, keys: Path) -> None:
    before = (signed / "manifest.json.sig").read_bytes()
    assert len(before) == 64
    assert sign_folder(signed, load_signing_key(keys / "key.pem")).read_bytes() == before


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("nowhere.pem", "cannot be read"),
        ("text.pem", "no private key in PEM"),
        ("key.pub.pem", "no private key in PEM"),
        ("locked.pem", "has a password"),
        ("rsa.pem", "is not of Ed25519"),
    ],
)
def test_a_bad_key_is_refused_before_anything_is_made(
    key: str, told: str, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["generate", "auth.unlock", "--people", "1", "--out", str(tmp_path / "run")]
    assert main([*words, "--sign", str(keys / key)]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_who_goes_on_without_a_key_leaves_no_signature(signed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(signed, folder)
    words = ["generate", "auth.unlock", "--people", "1", "--seed", "7", "--out", str(folder)]
    assert main([*words, "--resume"]) == 0
    assert not (folder / "manifest.json.sig").exists()


def test_fixtures_and_data_sets_are_signed(keys: Path, tmp_path: Path) -> None:
    sign = ["--sign", str(keys / "key.pem")]
    assert main(["fixture", str(tmp_path / "set"), "--format", "jsonl", *sign]) == 0
    data = ["dataset", "--size", "3", "--scenario", "auth.unlock", "--out", str(tmp_path / "data")]
    assert main([*data, *sign]) == 0
    for name in ("set", "data"):
        words = ["verify-synthetic", str(tmp_path / name), "--key", str(keys / "key.pub.pem")]
        assert main(words) == 0
