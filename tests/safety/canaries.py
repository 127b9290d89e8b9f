# SPDX-License-Identifier: Apache-2.0
"""Random values whose every trace can be recognized.

A canary is used once, stands in no program and in no argument. A leak is any
8-byte window of it, or of it in one of the forms in which values travel.
"""

import base64
import json
import secrets
import shlex
import string
import urllib.parse

_ALPHABET = string.ascii_letters + string.digits


def new_canary(length=40):
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_spiky_canary():
    """One that JSON, URLs and shells have to escape."""
    return "".join(new_canary(9) + c for c in '"\\%\'')[:40]


def forms(canary):
    """[(name, bytes, window)]: any `window` consecutive bytes are a leak.
    `canary` is text, or bytes that stand for themselves alone."""
    if isinstance(canary, bytes):
        return [("bytes", canary, 8)]
    raw = canary.encode()
    candidates = [
        ("raw", raw, 8),
        ("hex", raw.hex().encode(), 16),
        ("HEX", raw.hex().upper().encode(), 16),
        ("percent", "".join(f"%{b:02X}" for b in raw).encode(), 24),
        ("JSON", json.dumps(canary)[1:-1].encode(), 8),
        ("URL", urllib.parse.quote(canary, safe="").encode(), 8),
        ("shell", shlex.quote(canary).encode(), 8),
    ]
    for shift in range(3):  # The three ways in which base64 may be aligned.
        text = base64.b64encode(b"\0" * shift + raw)
        begin = (0, 2, 3)[shift]  # What depends on the bytes before is cut,
        text = text[begin:].rstrip(b"=")[:-1]  # and after.
        candidates.append((f"base64+{shift}", text, 11))
        candidates.append((f"base64url+{shift}",
                           text.replace(b"+", b"-").replace(b"/", b"_"), 11))
    different = {}
    for candidate in candidates:
        different.setdefault(candidate[1], candidate)
    return list(different.values())


def find_run(data, pattern, window):
    """Where `window` consecutive bytes of `pattern` stand in `data`, or -1.

    Looks for every half window that a whole one must contain, then for the
    bytes on both sides of it: a fraction of the searches.
    """
    half = (window + 1) // 2
    for begin in range(0, len(pattern) - half + 1, half):
        block = pattern[begin:begin + half]
        at = data.find(block)
        while at >= 0:
            left = 0
            while (left < begin and left < at
                   and data[at - left - 1] == pattern[begin - left - 1]):
                left += 1
            right = half
            while (begin + right < len(pattern) and at + right < len(data)
                   and data[at + right] == pattern[begin + right]):
                right += 1
            if left + right >= window:
                return at - left
            at = data.find(block, at + 1)
    return -1


class Search:
    """A search for many canaries in much data.

    Whatever has `window` bytes of a pattern has a block of half as many at a
    place that is a multiple of what is left: only those places are looked at,
    and most blocks there belong to no pattern.
    """

    def __init__(self, canaries):
        """`canaries`: values by the names that find() tells."""
        self._blocks = {}  # window -> {block: {(name, form, pattern)}}
        for name, canary in canaries.items():
            for form, pattern, window in forms(canary):
                owners = self._blocks.setdefault(window, {})
                size = window // 2
                for i in range(len(pattern) - size + 1):
                    owners.setdefault(pattern[i:i + size], set()).add(
                        (name, form, pattern))

    def find(self, data):
        """[(name, form)] of what stands in `data` in any form."""
        found = set()
        for window, owners in self._blocks.items():
            size = window // 2
            stride = window - size + 1
            seen = {data[i:i + size] for i in range(0, len(data), stride)}
            for block in seen & owners.keys():
                for name, form, pattern in owners[block]:
                    if ((name, form) not in found
                            and find_run(data, pattern, window) >= 0):
                        found.add((name, form))
        return sorted(found)


def find_leaks(data, canaries):
    """[(canary, form)] of what stands in `data` in any form."""
    found = Search({i: each for i, each in enumerate(canaries)}).find(data)
    return [(canaries[i], form) for i, form in found]
