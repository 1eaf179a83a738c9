"""What can be read off the widget's source without running it."""

from __future__ import annotations

import gzip
import re

from tests.web.stub import EMBED

LARGEST = 25 * 1024


def test_the_script_is_small_and_stands_alone() -> None:
    source = (EMBED / "widget.js").read_bytes()
    packed = len(gzip.compress(source, 9, mtime=0))
    print(f"widget.js: {len(source):,} bytes, {packed:,} gzipped (at most {LARGEST:,})")
    assert packed <= LARGEST
    words = source.decode()
    assert (
        re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|document\.cookie", words
        )
        == []
    )
    assert re.findall(r"^\s*(?:import|export)\b|\bimport\(", words, re.MULTILINE) == []
    assert set(re.findall(r"https?://[\w.]+", words)) == {"https://advisor.example", "http://www.w3.org"}


def test_the_demo_page_holds_no_inline_script_or_style_and_loads_nothing_from_elsewhere() -> None:
    page = (EMBED / "index.html").read_text()
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page) == []
    loaded = re.findall(r"<(?:script|link|img)[^>]*\s(?:src|href)=\"([^\"]+)", page)
    assert loaded
    assert [address for address in loaded if not address.startswith(("/embed/", "data:"))] == []
    assert "url(" not in (EMBED / "demo.css").read_text()
