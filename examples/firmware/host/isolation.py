"""A network of its own, so that the machine in QEMU reaches this host's loopback and nothing else."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

INSIDE = "MCPICO_FIRMWARE_ISOLATED"
NAMESERVER = "127.0.0.1"
# Linux: <linux/sockios.h>, <linux/if.h>
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def enter() -> None:
    """Starts this program again in new network and mount namespaces, where only loopback is there.

    Exits when there can be none: QEMU's user network would lead to wherever this host can go.
    """
    if os.environ.get(INSIDE):
        return
    ways = [["--user", "--map-root-user", "--net", "--mount"]]
    if os.geteuid() == 0:
        ways.append(["--net", "--mount"])
    for way in ways:
        command = ["unshare", *way]
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            os.environ[INSIDE] = "1"
            os.execvp(command[0], [*command, sys.executable, *sys.argv])
    sys.exit("unshare makes no network namespace here (Linux with user namespaces, or root, is needed)")


def furnish() -> None:
    """Brings loopback up and names it as the resolver; for the inside."""
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as resolver:
        resolver.write(f"nameserver {NAMESERVER}\n")
        resolver.flush()
        # The mount keeps the file when its name is gone.
        subprocess.run(["mount", "--bind", resolver.name, "/etc/resolv.conf"], check=True)
