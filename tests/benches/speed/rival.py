"""How fast is the card's Verilog in cocotb on Icarus Verilog?

rival.py VERILOG WORKLOAD CYCLES does what rival.cpp does, once, and prints the same line:
"result", seconds, frames out, sum of their FNV-1a hashes.
"""

import os
import struct
import sys
import time
from pathlib import Path

PORTS = 3
# More than the tables take to be cleared.
CLEAR_CYCLES = 2048


def load(path):
    """Writes and frames by port of a workload."""
    data, at = Path(path).read_bytes(), 0

    def dword():
        nonlocal at
        at += 4
        return struct.unpack_from("<I", data, at - 4)[0]

    writes = [(dword(), dword()) for _ in range(dword())]
    frames = [[] for _ in range(PORTS)]
    for _ in range(dword()):
        port, length = dword(), dword()
        frames[port].append(data[at : at + length])
        at += length
    return writes, frames


def fnv(frame):
    """FNV-1a of a frame."""
    value = 0xCBF29CE484222325
    for byte in frame:
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return value


try:
    import cocotb
    from cocotb.clock import Clock
    from cocotb.triggers import ClockCycles, FallingEdge, RisingEdge
except ImportError:
    sys.exit("cocotb is not installed; scripts/setup.sh bench installs it")


async def prepare(card, writes):
    """Reset, and the driver's writes."""
    for port in range(PORTS):
        getattr(card, f"s_tvalid_{port}").value = 0
        getattr(card, f"m_tready_{port}").value = 1
    card.bus_valid.value = 0
    card.reset.value = 1
    await ClockCycles(card.clock, 8)
    card.reset.value = 0
    await ClockCycles(card.clock, CLEAR_CYCLES)
    card.bus_write.value = 1
    for offset, value in writes:
        await FallingEdge(card.clock)
        card.bus_valid.value = 1
        card.bus_addr.value = offset
        card.bus_wdata.value = value
        while True:
            await RisingEdge(card.clock)
            if card.bus_ready.value == 1:
                break
        await FallingEdge(card.clock)
        card.bus_valid.value = 0
        await RisingEdge(card.clock)


async def send(card, port, frames, beat):
    """All frames of a port, without idle beats."""
    data, keep, last, valid, ready = (
        getattr(card, f"s_{name}_{port}") for name in ("tdata", "tkeep", "tlast", "tvalid", "tready")
    )
    for frame in frames:
        for at in range(0, len(frame), beat):
            piece = frame[at : at + beat]
            data.value = int.from_bytes(piece, "little")
            keep.value = (1 << len(piece)) - 1
            last.value = at + beat >= len(frame)
            valid.value = 1
            await RisingEdge(card.clock)
            while ready.value != 1:
                await RisingEdge(card.clock)
    valid.value = 0


async def receive(card, port, frames):
    """Frames as they come out of a port."""
    data, keep, last, valid = (
        getattr(card, f"m_{name}_{port}") for name in ("tdata", "tkeep", "tlast", "tvalid")
    )
    frame = b""
    while True:
        await RisingEdge(card.clock)
        if valid.value != 1:
            continue
        count = int(keep.value).bit_count()
        frame += int(data.value).to_bytes(len(data) // 8, "little")[:count]
        if last.value == 1:
            frames.append(frame)
            frame = b""


@cocotb.test()
async def run(card):
    """The workload."""
    writes, frames = load(os.environ["WORKLOAD"])
    cocotb.start_soon(Clock(card.clock, 10, "ns").start())
    await prepare(card, writes)
    received = [[] for _ in range(PORTS)]
    begin = time.perf_counter()
    for port in range(PORTS):
        cocotb.start_soon(send(card, port, frames[port], len(card.s_tdata_0) // 8))
        cocotb.start_soon(receive(card, port, received[port]))
    await ClockCycles(card.clock, int(os.environ["CYCLES"]))
    took = time.perf_counter() - begin
    frames = sum(received, [])
    total = sum(map(fnv, frames)) % (1 << 64)
    print(f"\nresult {took:.9f} {len(frames)} {total}", flush=True)


def main():
    """Compile for Icarus Verilog, and run."""
    from cocotb_tools.runner import get_runner

    verilog, workload, cycles = sys.argv[1:]
    runner = get_runner("icarus")
    folder = Path(verilog).with_suffix(".icarus")
    runner.build(
        sources=[verilog],
        hdl_toplevel="card",
        build_args=["-g2012"],
        build_dir=folder,
        timescale=("1ns", "1ps"),
    )
    runner.test(
        hdl_toplevel="card",
        test_module="rival",
        build_dir=folder,
        extra_env={"WORKLOAD": workload, "CYCLES": cycles},
    )


if __name__ == "__main__":
    main()
