"""Connection between the server and a worker process, over a loopback socket on every system.

The server listens and starts the worker as a command, with the port as its argument and a random
key on its stdin. The worker connects, and each side proves that it has the key by the challenge of
`multiprocessing.connection`. A process of another user can connect too: it is turned away.
"""

from __future__ import annotations

import contextlib
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from multiprocessing.reduction import ForkingPickler
from typing import Any, Protocol

HOST = "127.0.0.1"
KEY_BYTES = 32
CHECK_S = 0.1  # between two looks at whether the worker still lives, until it has connected


class MessagePipe(Protocol):
    """A worker's end of a connection: `Channel`, or a `multiprocessing.connection.Connection`."""

    def send(self, message: Any, /) -> None:  # noqa: ANN401 - whatever can be pickled
        """Send a message."""

    def recv(self) -> Any:  # noqa: ANN401 - the same
        """Wait for the next message; an EOFError is the end."""

    def poll(self) -> bool:
        """Whether `recv` returns or raises at once."""
        ...


class RawConnection(Protocol):
    """What a `Channel` reads and writes: the `Connection` or `PipeConnection` of a system."""

    def send(self, obj: Any) -> None:  # noqa: ANN401 - whatever can be pickled
        """Send a message."""

    def recv_bytes(self) -> bytes:
        """Wait for the next message; return it pickled."""
        ...


class ServerEnd:
    """The server's end of a connection to a worker that it starts.

    Nothing waits for the worker but `recv` and `poll`; messages sent before it has connected are
    kept until then. One thread alone may receive; any may send.

    Args:
        alive: Whether the worker's process lives; asked until the worker has connected.

    Attributes:
        key: The secret that the worker has to prove, `KEY_BYTES` bytes.
        port: The port on `HOST` to which it connects.

    Raises:
        OSError: If there is no socket to be had.
    """

    def __init__(self, alive: Callable[[], bool]) -> None:
        self.key = secrets.token_bytes(KEY_BYTES)
        self._alive = alive
        self._listener = socket.create_server((HOST, 0))
        self._listener.settimeout(CHECK_S)
        self.port: int = self._listener.getsockname()[1]
        self._admitted: queue.SimpleQueue[Connection | None] = queue.SimpleQueue()
        self._pending: list[socket.socket] = []
        self._lock = threading.Lock()
        self._unsent: list[Any] = []
        self._connection: Connection | None = None
        self._closed = False

    def send(self, message: Any) -> None:  # noqa: ANN401 - whatever can be pickled
        """Send a message, or keep it until the worker has connected.

        Raises:
            OSError: If the worker is gone.
        """
        with self._lock:
            if self._connection is None:
                self._unsent.append(message)
            else:
                self._connection.send(message)

    def recv(self) -> Any:  # noqa: ANN401 - the same
        """Wait for the next message.

        Raises:
            EOFError: If there is none any more.
            OSError: Likewise.
        """
        return self._connected(None).recv()

    def poll(self, timeout_s: float = 0.0) -> bool:
        """Whether there is something to receive, or the end, within so many seconds."""
        end = time.monotonic() + timeout_s
        try:
            return self._connected(end).poll(max(0.0, end - time.monotonic()))
        except TimeoutError:
            return False
        except EOFError:
            return True

    def close(self) -> None:
        """Close it; a worker that has not connected yet finds nobody."""
        with self._lock:
            self._closed = True
            self._stop_listening()
            if self._connection is not None:
                self._connection.close()

    def _connected(self, end: float | None) -> Connection:
        if self._connection is None:
            connection = self._accept(end)
            with self._lock:
                if self._closed:
                    connection.close()
                    raise EOFError
                self._stop_listening()
                self._connection = connection
                for message in self._unsent:
                    connection.send(message)
                self._unsent.clear()
        return self._connection

    def _accept(self, end: float | None) -> Connection:
        """Wait for the peer that has the key.

        Each peer is examined in a thread of its own, so that one that says nothing holds up the
        worker for `CHECK_S` at most; `Listener.accept` would wait for it without end.
        """
        while self._alive() and not self._closed:
            if end is not None and time.monotonic() > end:
                raise TimeoutError
            wait_s = 0.0
            with contextlib.suppress(TimeoutError, ConnectionError):
                peer, _ = self._listener.accept()
                wait_s = CHECK_S
                self._pending.append(peer.dup())
                arguments = (_pipe_of(peer), self._pending[-1])
                threading.Thread(target=self._examine, args=arguments, daemon=True).start()
            with contextlib.suppress(queue.Empty):
                if (found := self._admitted.get(timeout=wait_s)) is not None:
                    return found
        raise EOFError

    def _examine(self, connection: Connection, handle: socket.socket) -> None:
        try:
            deliver_challenge(connection, self.key)
            answer_challenge(connection, self.key)
        except Exception:  # whatever a stranger sends
            connection.close()
            self._admitted.put(None)
        else:
            self._pending.remove(handle)
            self._admitted.put(connection)
        handle.close()

    def _stop_listening(self) -> None:
        self._listener.close()
        for handle in self._pending:  # a thread still waits for what it says
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)


class Channel:
    """The worker's end of a connection, read by a thread of its own as `MessagePipe`.

    So a training that asks at every step whether there is a message asks a queue, and the end of
    the connection is noticed while the worker does something else, behind unread messages too.

    Args:
        connection: What is read and written.
        ended: Called in that thread when the other end is gone.
    """

    def __init__(
        self, connection: RawConnection, ended: Callable[[], object] = lambda: None
    ) -> None:
        self._connection, self._ended = connection, ended
        # Bytes: what they stand for may import modules, which is left to the thread that asks.
        self._received: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._receive, name="rnnviz channel", daemon=True).start()

    def send(self, message: Any, /) -> None:  # noqa: ANN401 - whatever can be pickled
        """Send a message.

        Raises:
            ConnectionError: If nobody is there to receive it.
        """
        self._connection.send(message)

    def recv(self) -> Any:  # noqa: ANN401 - the same
        """Wait for the next message; an EOFError is the end."""
        content = self._received.get()
        if content is None:
            self._received.put(None)
            raise EOFError
        return ForkingPickler.loads(content)

    def poll(self) -> bool:
        """Whether `recv` returns or raises at once."""
        return not self._received.empty()

    def _receive(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._received.put(self._connection.recv_bytes())
        self._received.put(None)
        self._ended()


def connect(port: int, key: bytes) -> Connection:
    """Connect a worker to the server that has started it.

    Raises:
        OSError: If there is no server any more.
        EOFError: If it goes meanwhile.
        multiprocessing.AuthenticationError: If it is another one.
    """
    connection = _pipe_of(socket.create_connection((HOST, port)))
    try:
        answer_challenge(connection, key)
        deliver_challenge(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection


def _pipe_of(peer: socket.socket) -> Connection:
    # A message of two writes, size and content, would else wait for the answer to the first.
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(peer.detach())
