"""Seal the library: write the hash of every protocol file, after a new version was read by two people."""

from __future__ import annotations

import hashlib

from .library import FOLDER, SEAL


def main() -> None:
    """Write SHA256SUMS anew."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(FOLDER.glob("*.yaml"))]
    SEAL.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
