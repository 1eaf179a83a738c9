"""Every pattern of a conversation is played, in the parts of a talk where it can come, in two languages."""

from __future__ import annotations

import yaml

from tests.transcripts.patterns import FLOWS, FOLDER, PATTERNS, TRANSCRIPTS, catalogued


def test_there_are_enough_of_each_language() -> None:
    languages = [language for _, _, language in catalogued()]
    assert len(languages) >= 120
    assert languages.count("de") >= 30


def test_every_pattern_is_played_in_several_parts_of_a_talk() -> None:
    for pattern in PATTERNS:
        played = {flow for name, flow, _ in catalogued() if name == pattern}
        assert played <= set(FLOWS)
        assert "first plan" in played or pattern == "satisfaction", pattern
        assert len(played) >= 2 or pattern == "satisfaction", pattern


def test_a_transcript_lies_in_the_folder_of_its_pattern() -> None:
    for path in TRANSCRIPTS:
        if path.parent != FOLDER:
            assert yaml.safe_load(path.read_text("utf-8"))["pattern"] == path.parent.name
            assert path.parent.name in PATTERNS


def test_no_two_transcripts_have_one_name() -> None:
    names = [yaml.safe_load(path.read_text("utf-8"))["name"] for path in TRANSCRIPTS]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
