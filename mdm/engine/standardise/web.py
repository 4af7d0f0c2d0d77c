"""Web addresses: scheme and host in lower case; the key is the host without `www.`."""

from __future__ import annotations

import re
from typing import Final

from mdm.engine.standardise.registry import Binding, Problem, Standard, Standardiser, shown, standardiser

_URL: Final = re.compile(
    r"(?:(https?)://)?(?:[^/@\s]*@)?([^\s/:?#@]{1,253}\.[^\W\d_][^\s/:?#@.]{1,62})\.?(:\d{1,5})?([/?#]\S*)?",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")


@standardiser("web")
def make_web(binding: Binding) -> Standardiser:
    def web(value: str, region: str) -> Standard:
        text = value.strip()
        match = _URL.fullmatch(text)
        host = match[2].lower() if match else ""
        if match is None or not _HOST.fullmatch(host):
            problem = Problem(
                "invalid_web", f"{shown(value)} is not a web address.", "Send it as https://www.company.com."
            )
            return Standard(text, "", problem)
        rest = (match[4] or "").rstrip("/")
        url = f"{(match[1] or 'https').lower()}://{host}{match[3] or ''}{rest}"
        return Standard(url, host.removeprefix("www."))

    return web
