"""The machine: QEMU's lm3s6965evb, a Cortex-M3 with 256 KiB of flash, 64 KiB of RAM and an Ethernet controller."""

import shutil
import subprocess
import sys
import threading
import time

# Seconds after which a run is ended.
LIMIT = 90
# What DHCP hands out; not QEMU's own first address, which a firmware could have known.
ADDRESS = "10.0.2.77"
# Nanoseconds of an instruction: 2 to the power of this.
ICOUNT_SHIFT = 4
# The processor runs at 12.5 MHz after reset.
NANOSECONDS_OF_A_CYCLE = 80


def run(image, arguments: dict, counted: bool = False, watch=lambda line: None, capture=None):
    """Runs the firmware; its exit code, its lines, and the seconds that it took.

    `counted` binds time to instructions, so that cycles can be turned into instructions; `watch` sees each line as
    it comes; `capture` is a file for the frames that go over the network.
    """
    if not shutil.which("qemu-system-arm"):
        sys.exit("qemu-system-arm is missing: apt-get install qemu-system-arm")
    words = {"now": int(time.time()), **arguments}
    semihosting = ["enable=on", "target=native", "arg=firmware"]
    semihosting += [f"arg={name}={value}" for name, value in words.items()]
    command = ["qemu-system-arm", "-cpu", "cortex-m3", "-machine", "lm3s6965evb", "-nographic"]
    command += ["-nic", f"user,id=net,model=stellaris,dhcpstart={ADDRESS}", "-semihosting-config", ",".join(semihosting)]
    if counted:
        command += ["-icount", f"shift={ICOUNT_SHIFT}"]
    if capture:
        command += ["-object", f"filter-dump,id=dump,netdev=net,file={capture}"]
    start = time.monotonic()
    process = subprocess.Popen([*command, "-kernel", image], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    watchdog = threading.Timer(LIMIT, process.kill)
    watchdog.start()
    lines = []
    try:
        for line in process.stdout:
            # Said by QEMU when the counter of SysTick is loaded.
            if line.startswith("Timer with period zero"):
                continue
            lines.append(line.rstrip("\n"))
            watch(lines[-1])
        code = process.wait()
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
    return code, lines, time.monotonic() - start


def instructions(cycles: int) -> int:
    """What a number of cycles was when instructions were counted."""
    return cycles * NANOSECONDS_OF_A_CYCLE >> ICOUNT_SHIFT
