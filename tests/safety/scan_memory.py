# SPDX-License-Identifier: Apache-2.0
"""Looks for canaries in all memory of a process.

Reads every mapping through /proc/PID/mem, those with PROT_NONE and those that
a core dump leaves out too. That needs root, or a process that may be traced.

    scan_memory.py PID < canaries      prints one line a place
"""

import sys

from canaries import find_run, forms

_WINDOW = 12
_PIECE = 256 << 10  # Small: most of them were never touched and are skipped.
_KERNEL = ("[vvar]", "[vvar_vclock]", "[vsyscall]")


def mappings(pid):
    """[(begin, end, permissions, name)]"""
    found = []
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        for line in maps:
            fields = line.split(None, 5)
            begin, end = (int(x, 16) for x in fields[0].split("-"))
            name = fields[5].strip() if len(fields) > 5 else "[anonymous]"
            if name not in _KERNEL:
                found.append((begin, end, fields[1], name))
    return found


def pieces(memory, begin, end):
    """The bytes of a mapping, in overlapping pieces. Unmapped or never
    touched pages may be unreadable: those are passed over one by one."""
    at = begin
    while at < end:
        size = min(_PIECE, end - at)
        memory.seek(at)
        try:
            data = memory.read(size)
        except OSError:
            data = b""
        if data:
            yield data
            step = len(data)
            at += step if at + step >= end else max(step - 256, 4096)
        else:
            at += 4096


def scan(pid, canaries):
    """[(canary, form, permissions, mapping)], and the number of bytes read."""
    wanted = [(canary, form, pattern, max(window, _WINDOW))
              for canary in canaries for form, pattern, window in forms(canary)]
    found = set()
    total = 0
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for begin, end, permissions, name in mappings(pid):
            for data in pieces(memory, begin, end):
                total += len(data)
                if not data.strip(b"\0"):
                    continue
                for canary, form, pattern, window in wanted:
                    if find_run(data, pattern, window) >= 0:
                        found.add((canary, form, permissions, name))
    return sorted(found, key=str), total


if __name__ == "__main__":
    hits, size = scan(int(sys.argv[1]), sys.stdin.read().split())
    for hit in hits:
        print(*hit)
    print(f"{size} bytes read, {len(hits)} places", file=sys.stderr)
    sys.exit(1 if hits else 0)
