"""RTP as datagrams, over a relay that can lose some: the client's ports and the camera's, rewritten in both directions."""

import asyncio
import random
import re
import socket

from faults.rtsp_messages import Message

HOST = "127.0.0.1"


def port_pair() -> list[socket.socket]:
    """Two sockets on an even port and the next one, as RTP wants them."""
    for _ in range(100):
        first = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        first.bind((HOST, 0))
        port = first.getsockname()[1]
        if port % 2 == 0:
            second = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                second.bind((HOST, port + 1))
                return [first, second]
            except OSError:
                second.close()
        first.close()
    raise OSError("there are no two neighbouring ports")


class _Forward(asyncio.DatagramProtocol):
    """Hands on what one socket gets by another one."""

    def __init__(self, loses) -> None:
        self.loses = loses
        self.out: asyncio.DatagramTransport | None = None
        self.target: tuple[str, int] | None = None

    def datagram_received(self, data: bytes, _address) -> None:
        if self.out and self.target and not self.loses():
            self.out.sendto(data, self.target)


class DatagramRelay:
    """Both directions of one stream's RTP and RTCP."""

    @classmethod
    async def open(cls, line, setup: Message) -> "DatagramRelay":
        """Makes the relay that a SETUP request asks for, and puts its ports into the request."""
        relay = cls()
        relay.client_port = int(re.search(r"client_port=(\d+)", setup.head)[1])
        loop = asyncio.get_running_loop()
        camera_side, client_side = port_pair(), port_pair()
        relay.camera_side_port = camera_side[0].getsockname()[1]
        relay.client_side_port = client_side[0].getsockname()[1]
        relay.transports, relay.to_camera = [], []
        for index in (0, 1):
            # Only media get lost; RTCP is what tells the camera that somebody is there.
            down, to_client = await loop.create_datagram_endpoint(
                lambda index=index: _Forward(lambda: index == 0 and random.random() < line.datagram_loss), sock=camera_side[index]
            )
            up, to_camera = await loop.create_datagram_endpoint(lambda: _Forward(lambda: False), sock=client_side[index])
            to_client.out, to_client.target = up, (HOST, relay.client_port + index)
            to_camera.out = down
            relay.to_camera.append(to_camera)
            relay.transports += [down, up]
        setup.head = re.sub(
            r"client_port=\d+-\d+", f"client_port={relay.camera_side_port}-{relay.camera_side_port + 1}", setup.head
        )
        return relay

    def learn(self, answer: Message) -> None:
        """Takes the camera's ports from its answer, and puts the relay's into it."""
        port = int(re.search(r"server_port=(\d+)", answer.head)[1])
        for index, forward in enumerate(self.to_camera):
            forward.target = (HOST, port + index)
        answer.head = re.sub(r"client_port=\d+-\d+", f"client_port={self.client_port}-{self.client_port + 1}", answer.head)
        answer.head = re.sub(
            r"server_port=\d+-\d+", f"server_port={self.client_side_port}-{self.client_side_port + 1}", answer.head
        )

    def close(self) -> None:
        for transport in self.transports:
            transport.close()
