"""``python -m deskhand.fleet.load.join HOST PORT``: a process that joins a run of another machine.

It reads the run's key from standard input, connects to the process that runs the plan, tells its
clock as often as it is asked, and then sends its share of the plan like any other worker.
"""

import os
import socket
import sys
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection

from deskhand.errors import DeskhandError

JOINED = "joined"
# For the way to the process that runs the plan; assumed.
CONNECT_S = 10.0
# A machine that does not answer for so long is gone; assumed.
SILENT_S = 20


def join(host: str, port: int, key: bytes) -> Connection:
    """Connect to the process that runs a plan.

    Parameters
    ----------
    host, port : str, int
        Where it listens.
    key : bytes
        Shared by both, so that nobody else is listened to.

    Raises
    ------
    DeskhandError
        When it cannot be reached.

    Examples
    --------
    >>> join("127.0.0.1", 1, b"")
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: 127.0.0.1:1 cannot be reached ([Errno 111] Connection refused)
    """
    try:
        # A connection of multiprocessing would wait for minutes where a firewall is silent.
        socket.create_connection((host, port), CONNECT_S).close()
        pipe = Client((host, port), authkey=key)
    except (OSError, EOFError, AuthenticationError) as error:
        raise DeskhandError(f"{host}:{port} cannot be reached ({error})") from error
    end_when_silent(pipe)
    return pipe


def end_when_silent(pipe: Connection) -> None:
    """Let a connection end when the machine at its other end is gone without a word.

    Parameters
    ----------
    pipe : multiprocessing.connection.Connection
        Of TCP.
    """
    with socket.socket(fileno=os.dup(pipe.fileno())) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (
            ("TCP_KEEPIDLE", SILENT_S // 4),
            ("TCP_KEEPINTVL", SILENT_S // 4),
            ("TCP_KEEPCNT", 3),
            ("TCP_USER_TIMEOUT", SILENT_S * 1000),
        ):
            # Not every system has all of them.
            if hasattr(socket, name):
                held.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _main() -> None:
    from deskhand.fleet.load.worker import work

    try:
        pipe = join(sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.stdin.readline()))
    except DeskhandError as error:
        print(error, flush=True)
        return
    print(JOINED, flush=True)
    try:
        while (message := pipe.recv())[0] == "clock":
            pipe.send(time.monotonic())
    except (EOFError, OSError):
        return  # the run was given up before it began
    work(message[1], message[2], pipe)


if __name__ == "__main__":
    _main()
