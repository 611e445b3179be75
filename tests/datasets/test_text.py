import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wshash import InputError
from wshash.datasets.text import clean_tag, clean_tags, decode_text


@pytest.mark.parametrize(
    "encoding, found",
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_encoding_is_recognised(encoding, found):
    assert decode_text("café, naïve €".encode(encoding)) == ("café, naïve €", found)


def test_latin_1_is_the_last_resort():
    # 0x81 is no UTF-8 after "é" in Latin-1 and undefined in Windows-1252
    assert decode_text(b"caf\xe9 \x81") == ("café \x81", "latin-1")


@pytest.mark.parametrize("data", [b"\xff\xfea", b"a\0b\0", b"\x00\x01\x02"])
def test_no_text_is_refused_by_name(data):
    with pytest.raises(InputError, match="tags.csv"):
        decode_text(data, "tags.csv")


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_an_input_error(data):
    try:
        text, encoding = decode_text(data)
    except InputError:
        return
    assert text.encode(encoding) == data or encoding.startswith("utf-")


@pytest.mark.parametrize(
    "tag, clean",
    [
        ("Sunset", "sunset"),
        ("  #Sunset!  ", "sunset"),
        ("New\t York", "new york"),
        ("don't", "don't"),
        ("c++", "c++"),
        ("❤️", "❤️"),
        ("...", ""),
        ("", ""),
        ("CAFE\u0301", "caf\u00e9"),
        ("(canon)", "canon"),
        ("日の出", "日の出"),
    ],
)
def test_clean_tag(tag, clean):
    assert clean_tag(tag) == clean


@given(st.text(max_size=20))
def test_clean_tag_is_idempotent_and_blind_to_normal_form(tag):
    clean = clean_tag(tag)
    assert clean_tag(clean) == clean
    assert clean_tag(unicodedata.normalize("NFD", tag)) == clean
    assert not set(clean) & set("\t\n\r")


@given(st.lists(st.sampled_from(["a", "A", "b!", "", "...", " b"])))
def test_clean_tags_keeps_the_first_of_each(tags):
    expected = []
    for tag in map(clean_tag, tags):
        if tag and tag not in expected:
            expected.append(tag)
    assert clean_tags(tags) == expected
