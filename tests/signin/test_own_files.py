"""Which files a sign-in may fetch: those that came through its own sockets."""

import timeit

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from lib.ui.download import of_its_own
from lib.ui.signing_in import own_files
from lib.ui.signing_in.own_files import OwnFiles, name_of, named_in

FILE = "0123456789abcdef0123456789abcdef"


def button(**values):
    message = ForwardMsg()
    for name, value in values.items():
        setattr(message.delta.new_element.download_button, name, value)
    return message.SerializeToString()


def picture(in_passing=False):
    message = ForwardMsg()
    delta = message.delta
    element = delta.new_transient.elements.add() if in_passing else delta.new_element
    element.imgs.imgs.add().url = f"/media/{FILE}.png"
    return message.SerializeToString()


def made():
    message = ForwardMsg()
    message.backend_operation_response.deferred_file.url = f"/media/{FILE}.xlsx"
    return message.SerializeToString()


@pytest.mark.parametrize(
    "offer",
    [
        button(deferred_file_id=FILE, label="Excel", id="x"),
        button(url=f"/media/{FILE}.csv"),
        picture(),
        picture(in_passing=True),
        made(),
    ],
)
def test_what_a_page_offers_is_noted(offer):
    assert named_in(offer) == {FILE}


def test_what_people_wrote_is_no_offer():
    message = ForwardMsg()
    message.delta.new_element.text.body = f"/media/{FILE}.csv b {FILE}"
    typed = button(label=f"/media/{FILE}", url=f"https://x.example/media/{FILE}")

    assert named_in(message.SerializeToString()) == set()
    assert named_in(typed) == set()
    assert named_in(b"/media/ \xff\xff no message") == set()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"/media/{FILE}.xlsx", FILE),
        (f"/media/{FILE}", FILE),
        (f"/media/../media/{FILE}.csv", FILE),
        ("/media/", "media"),
    ],
)
def test_an_address_names_its_file(path, name):
    assert name_of(path) == name


def test_a_sign_in_that_takes_anothers_place_has_its_files_and_the_other_none():
    files = OwnFiles()
    files.note("first", {FILE})
    files.go_on("first", "second")

    assert files.has("second", FILE)
    assert not files.has("first", FILE)
    assert not files.has("third", FILE)


def test_a_flood_of_files_is_forgotten_and_takes_no_more_room(monkeypatch):
    monkeypatch.setattr(own_files, "_KEPT_FILES", 3)
    monkeypatch.setattr(own_files, "_KEPT_SIGN_INS", 2)
    files = OwnFiles()
    for number in range(10):
        files.note("a", {f"a{number}"})
    for sign_in in "bc":
        files.note(sign_in, {FILE})

    assert not files.has("a", "a9")
    assert files.has("b", FILE)
    files.note("b", {f"b{number}" for number in range(3)})
    assert not files.has("b", FILE)


def test_a_message_is_looked_at_in_no_time():
    """260 kB cost a third of a millisecond, the usual 2 kB three millionths of a second."""
    message = ForwardMsg()
    message.delta.new_element.markdown.body = "苦情の内容 b 2026-11-22 " * 9_000
    said = message.SerializeToString()

    seconds = min(timeit.repeat(lambda: named_in(said), number=1, repeat=20))
    assert len(said) > 250_000
    assert seconds < 0.02


def test_two_large_files_that_streamlit_takes_for_one_stay_two():
    storage = MemoryMediaFileStorage("/media")
    size = 2 * 1024 * 1024
    mine, theirs = bytearray(size), bytearray(size)
    theirs[300_000] = 1

    def kept(kind):
        return [
            storage.load_and_get_id(bytes(file), kind(), MediaFileKind.DOWNLOADABLE)
            for file in (mine, theirs)
        ]

    plain = kept(lambda: "text/csv")
    own = kept(lambda: of_its_own("text/csv"))
    assert plain[0] == plain[1]
    assert own[0] != own[1]
    assert storage.get_file(own[1]).content == bytes(theirs)
