"""Tests of the connection to a worker: authentication, order of messages, and its end."""

import socket
import sys
import threading
import time
from multiprocessing import AuthenticationError, Pipe
from multiprocessing.connection import Client, Connection

import pytest

from rnnviz.training.jobs.connection import (
    CHECK_S,
    HOST,
    KEY_BYTES,
    Channel,
    ServerEnd,
    connect,
)
from rnnviz.training.jobs.protocol import NO_END, Start
from rnnviz.training.jobs.worker import WorkerProcess
from tests.training.jobs.test_worker import QUICK, hear_to_the_end


@pytest.fixture
def ours():
    end = ServerEnd(lambda: True)
    yield end
    end.close()


def worker_of(ours, messages=1):
    """A worker's end in a thread, which sends back what it receives."""

    def answer():
        channel = Channel(connect(ours.port, ours.key))
        for _ in range(messages):
            channel.send(channel.recv())

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def stranger(port, said=b""):
    peer = socket.create_connection((HOST, port))
    peer.sendall(said)
    return peer


def read_to_end(peer, timeout_s=20.0):
    peer.settimeout(timeout_s)
    got = b""
    with peer:
        try:
            while part := peer.recv(4096):
                got += part
        except ConnectionError:
            pass
    return got


def test_messages_of_any_size_go_both_ways_in_their_order(ours):
    sizes = (0, 1, 16_384, 16_385, 5_000_000)
    thread = worker_of(ours, len(sizes))
    for size in sizes:
        ours.send(bytes(size))  # the first ones before anybody has connected
    assert [len(ours.recv()) for _ in sizes] == list(sizes)
    thread.join()


def test_a_message_is_taken_before_the_worker_connects_and_is_not_waited_for(ours):
    started = time.perf_counter()
    ours.send("hello")
    assert not ours.poll()
    assert time.perf_counter() - started < 2.0
    thread = worker_of(ours)
    assert ours.poll(20)
    assert ours.recv() == "hello"
    thread.join()


def test_nobody_outside_of_this_machine_can_connect(ours):
    assert ours._listener.getsockname() == ("127.0.0.1", ours.port)


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\n\r\n", bytes(4), b"\xff" * 8, b"\0\0\0\x14only a part"]
)
def test_a_stranger_is_turned_away_and_the_worker_still_gets_in(ours, said):
    strangers = [stranger(ours.port, said) for _ in range(3)]
    thread = worker_of(ours)
    ours.send("hello")
    assert ours.recv() == "hello"
    thread.join()
    for peer in strangers:
        assert b"hello" not in read_to_end(peer)
    with pytest.raises(ConnectionRefusedError):
        stranger(ours.port)


def test_silent_strangers_hold_the_worker_up_for_a_moment_each_at_most(ours):
    strangers = [stranger(ours.port) for _ in range(5)]
    thread = worker_of(ours)
    ours.send("hello")
    started = time.perf_counter()
    assert ours.recv() == "hello"
    assert time.perf_counter() - started < 20 * CHECK_S + 5.0
    thread.join()
    for peer in strangers:
        read_to_end(peer)
    end = time.monotonic() + 20
    while any(handle.fileno() != -1 for handle in ours._pending):
        assert time.monotonic() < end, "a thread still waits for one of them"
        time.sleep(0.01)


def test_whoever_has_another_key_is_turned_away(ours):
    told = []

    def knock():
        try:
            Client((HOST, ours.port), authkey=bytes(KEY_BYTES))
        except (AuthenticationError, EOFError, OSError) as error:
            told.append(error)

    thieves = [threading.Thread(target=knock) for _ in range(3)]
    for thief in thieves:
        thief.start()
    assert not ours.poll(1.0)
    thread = worker_of(ours)
    ours.send("hello")
    assert ours.recv() == "hello"
    for each in (thread, *thieves):
        each.join()
    assert len(told) == 3


def test_a_worker_does_not_obey_a_server_without_the_key():
    """One that took the port of a server that has died, and lets everybody in."""
    with socket.create_server((HOST, 0)) as listener:

        def pretend():
            pipe = Connection(listener.accept()[0].detach())
            with pipe:
                pipe.send_bytes(b"#CHALLENGE#" + bytes(20))
                pipe.recv_bytes()
                pipe.send_bytes(b"#WELCOME#")
                pipe.recv_bytes()
                pipe.send_bytes(bytes(16))
                pipe.recv_bytes()

        thread = threading.Thread(target=pretend)
        thread.start()
        with pytest.raises(AuthenticationError):
            connect(listener.getsockname()[1], bytes(KEY_BYTES))
        thread.join()


def test_each_connection_has_a_key_of_its_own():
    ends = [ServerEnd(lambda: True) for _ in range(3)]
    assert len({end.key for end in ends}) == 3
    assert {len(end.key) for end in ends} == {KEY_BYTES}
    for end in ends:
        end.close()


def test_a_worker_that_dies_before_it_connects_is_noticed():
    living = [True]
    ours = ServerEnd(lambda: living[0])
    assert not ours.poll()
    threading.Timer(0.2, lambda: living.__setitem__(0, False)).start()
    with pytest.raises(EOFError):
        ours.recv()
    ours.close()


def test_the_end_of_a_channel_comes_after_its_messages_and_stays():
    here, there = Pipe()
    ended = threading.Event()
    channel = Channel(there, ended.set)
    assert not channel.poll()
    here.send(1)
    here.send(2)
    here.close()
    assert ended.wait(20)
    assert [channel.recv(), channel.recv()] == [1, 2]
    for _ in range(2):
        assert channel.poll()
        with pytest.raises(EOFError):
            channel.recv()
    with pytest.raises(ConnectionError):
        channel.send(3)
    there.close()


def test_a_worker_trains_though_strangers_were_there_first(training_digits):
    worker = WorkerProcess()
    strangers = [stranger(worker.pipe.port, said) for said in (b"", b"\0\0\0\x05hello")]
    try:
        worker.send((Start("a", QUICK, True, NO_END),))
        assert worker.pipe.recv().snapshot is None
        assert hear_to_the_end(worker)[-1].snapshot.state == "done"
    finally:
        worker.end()
        worker.bury()
        worker.close()
        for peer in strangers:
            peer.close()


def test_the_key_is_on_no_command_line(training_digits):
    worker = WorkerProcess()
    try:
        assert worker.process.args[0] == sys.executable
        assert worker.process.args[-1] == str(worker.pipe.port)
        assert worker.pipe.key.hex() not in " ".join(worker.process.args)
        assert worker.pipe.poll(60)
    finally:
        worker.end()
        worker.bury()
        worker.close()
