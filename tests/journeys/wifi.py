"""A network that can be lost: a relay between a browser and the program, which then drops all it carries."""

import socket
import threading
from contextlib import suppress


class Wifi:
    """`address` leads to the program while `on`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.on = True
        self._open: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._welcome, daemon=True).start()

    def lose(self) -> None:
        """Lose the network: what is being carried is lost too."""
        self.on = False
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def find(self) -> None:
        """The network is back."""
        self.on = True

    def close(self) -> None:
        self.lose()
        self._door.close()
        for one in self._open:
            one.close()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if not self.on:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.port))
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
