"""What the machine has sent, by the frames that QEMU has written down."""

import struct
from pathlib import Path

# Header of the file; header of a frame in it; header of Ethernet.
FILE, FRAME, ETHERNET = 24, 16, 14
IPV4, TCP = b"\x08\x00", 6


def windows(capture: Path, address: str, port: int) -> list[int]:
    """The windows of TCP that the machine has offered to a port, in bytes."""
    source = bytes(map(int, address.split(".")))
    data, at, offered = capture.read_bytes(), FILE, []
    while at + FRAME <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 8)
        frame = data[at + FRAME : at + FRAME + length]
        at += FRAME + length
        if frame[12:14] != IPV4 or frame[ETHERNET + 9] != TCP or frame[ETHERNET + 12 : ETHERNET + 16] != source:
            continue
        segment = frame[ETHERNET + 4 * (frame[ETHERNET] & 15) :]
        _, to, _, _, _, window = struct.unpack_from(">HHIIHH", segment)
        if to == port:
            offered.append(window)
    return offered
