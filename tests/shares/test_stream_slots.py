"""Few ZIPs at once, fewer of one link; a slow reader gives way to whoever waits."""

import pytest
from django.test import Client

from gallery.services.operations import stream_slots
from gallery.services.shares import delivery
from gallery.services.storage import zip_stream
from tests.factories import make_share
from tests.pages import Page
from tests.shares.conftest import at, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests move."""
    now = [1000.0]
    monkeypatch.setattr(stream_slots, "clock", lambda: now[0])
    yield now
    assert stream_slots.taken_slots == []
    stream_slots.waiting.clear()


@pytest.fixture
def links(owner, pictures, monkeypatch):
    monkeypatch.setattr(delivery, "file_content", lambda image, share: b"x" * 600_000)
    return [make_share(owner, pictures, download="clean") for _ in range(4)]


def zip_of(share, address="127.0.0.1"):
    return Client(REMOTE_ADDR=address).get(at("shared-zip", share))


def begin(share, address="127.0.0.1"):
    response = zip_of(share, address)
    return response, iter(response.streaming_content)


def places(monkeypatch, *, of_link):
    monkeypatch.setattr(stream_slots, "OF_LINK", of_link)


def close(*responses):
    """End what was on its way, without the signal that would close the connection of the test too."""
    for each in responses:
        for end in each._resource_closers:
            end()


def test_readers_of_one_link_leave_room_for_those_of_another(links, clock):
    running = [zip_of(links[0], f"192.0.2.{n}") for n in range(6)]
    assert [each.status_code for each in running] == [200] * 4 + [503] * 2
    assert read(zip_of(links[1]))
    close(*running[:4])
    assert read(zip_of(links[0]))


def test_readers_at_one_address_leave_room_for_those_at_another(links, clock):
    running = [zip_of(share, "192.0.2.1") for share in [*links, *links]]
    assert [each.status_code for each in running] == [200] * 5 + [503] * 3
    assert read(zip_of(links[3], "192.0.2.2"))
    close(*running[:5])


def test_who_finds_no_place_waits_in_line_and_the_owner_hears_of_it_once(links, clock, owner_client):
    running = [zip_of(links[0]) for _ in range(4)]
    refused = [zip_of(links[0]) for _ in range(3)][-1]
    assert (refused.status_code, refused["Retry-After"], refused["Refresh"]) == (503, "3", "3")
    assert "Yours is number 1 in line and starts by itself" in Page(refused).text
    close(*running)
    assert read(zip_of(links[0]))
    page = Page(owner_client.get(f"/shares/{links[0].key}/")).text
    assert "Too many ZIPs were on their way at once 1 time, last" in page


def test_slow_readers_close_no_links_zip(links, clock):
    slow = [begin(share, f"192.0.2.{n}") for n, share in enumerate([*links[:2] * 3])]
    for _, parts in slow:
        next(parts)
    assert zip_of(links[2]).status_code == 503  # nobody has been slow yet
    clock[0] += 11
    quick = zip_of(links[2])
    assert read(quick)
    with pytest.raises(zip_stream.GaveWay):
        list(slow[0][1])
    for _, parts in slow[1:]:  # nobody else waits: they may be as slow as they like
        assert list(parts)
    close(*(response for response, _ in slow))


def test_who_reads_in_drops_is_slow_and_who_reads_on_is_not(links, clock, monkeypatch):
    places(monkeypatch, of_link=2)
    (dripping, drops), (reading, parts) = begin(links[0], "192.0.2.1"), begin(links[0], "192.0.2.2")
    for n in range(6):
        next(drops)
        clock[0] += 3
        next(parts)
        clock[0] += 3  # six seconds a slice for one, but what the other takes...
        next(parts) if n % 2 else None
    waiting = begin(links[0], "192.0.2.3")
    assert waiting[0].status_code == 200
    with pytest.raises(zip_stream.GaveWay):
        next(drops)
    assert list(parts)
    close(dripping, reading, waiting[0])


def test_what_it_takes_to_make_a_slice_is_not_its_readers_fault(clock):
    slot = stream_slots.take_slot("link", "address")
    slot.took()
    clock[0] += 60  # a large picture was drawn anew
    slot.handed_out()
    assert slot.slowness() == 0
    clock[0] += 11
    assert slot.slowness() > 1
    stream_slots.release_slot(slot)


def test_who_stops_reading_once_the_buffers_are_full_is_slow(clock):
    slot = stream_slots.take_slot("link", "address")
    for _ in range(20):  # what the buffers on the way take is taken at once
        slot.took()
        slot.handed_out()
    assert slot.slowness() == 0
    clock[0] += 11
    assert slot.slowness() > 1
    stream_slots.release_slot(slot)


def test_a_reader_who_does_not_read_at_all_is_hung_up_on(clock, monkeypatch):
    places(monkeypatch, of_link=2)
    hung_up = []
    stalled = stream_slots.take_slot("link", "a", hang_up=lambda: hung_up.append(1))
    other = stream_slots.take_slot("link", "b")
    with pytest.raises(stream_slots.TooManyStreams):
        stream_slots.take_slot("link", "c")
    clock[0] += 11
    slot = stream_slots.take_slot("link", "c")
    assert (stalled.lost, hung_up) == (True, [1])
    for each in (stalled, other, slot):
        stream_slots.release_slot(each)


def wait(link, address="a", *, reader):
    """Ask once; return the slot, or the place in line."""
    try:
        return stream_slots.take_slot(link, address, reader=reader)
    except stream_slots.TooManyStreams as full:
        return full.place


def test_who_came_first_goes_first_and_a_newcomer_behind_them(clock):
    slots = [stream_slots.take_slot("one", f"{n}") for n in range(stream_slots.OF_LINK)]
    assert [wait("one", reader=each) for each in ("ann", "ben", "ann", "cy")] == [1, 2, 1, 3]
    stream_slots.release_slot(slots.pop())
    assert [wait("one", reader=each) for each in ("dora", "cy", "ben")] == [4, 3, 2]
    slots.append(wait("one", reader="ann"))
    assert wait("one", reader="ben") == 1
    for each in slots:
        stream_slots.release_slot(each)


def test_who_waits_for_one_link_holds_up_nobody_of_another(clock):
    slots = [stream_slots.take_slot("one", f"{n}") for n in range(stream_slots.OF_LINK)]
    assert wait("one", reader="ann") == 1
    slots += [wait("two", f"other {n}", reader=f"of two {n}") for n in range(2)]
    assert all(isinstance(each, stream_slots.Slot) for each in slots)
    assert wait("three", "third", reader="cy") == 2
    stream_slots.release_slot(slots.pop())
    slots.append(wait("three", "third", reader="cy"))  # the one before waits for their own link
    for each in slots:
        stream_slots.release_slot(each)


def test_who_does_not_ask_any_more_is_forgotten(clock):
    slots = [stream_slots.take_slot("one", f"{n}") for n in range(stream_slots.OF_LINK)]
    assert [wait("one", reader=each) for each in ("ann", "ben")] == [1, 2]
    for _ in range(3):
        clock[0] += 4
        for each in slots:
            each.took()
        place = wait("one", reader="ben")
    assert place == 1
    for each in slots:
        stream_slots.release_slot(each)
