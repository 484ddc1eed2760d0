"""Independent readers of VBA, loaded so that their own outdated calls do not count as ours."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from oletools.olevba import VBA_Parser, decompress_stream

__all__ = ["decompress", "modules"]


def decompress(data: bytes) -> bytes:
    """Return what olevba finds in a compressed container."""
    return bytes(decompress_stream(bytearray(data)))


def modules(name: str, data: bytes) -> dict[str, str]:
    """Return the source of each module in a file with macros, line ends as they are."""
    parser = VBA_Parser(name, data=data)
    try:
        return {module.rpartition(".")[0]: code for _, _, module, code in parser.extract_macros()}
    finally:
        parser.close()
