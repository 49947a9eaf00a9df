"""A mail server on one loopback address that delivers to one file.

A user * makes it take mail for anybody anywhere, as an open relay does.
Arguments: address, port, file, domains (with commas), user...
"""

import asyncio
import signal
import sys

from aiosmtpd.smtp import SMTP

ADDRESS, PORT, FILE, DOMAINS, *USERS = sys.argv[1:]
DOMAINS = DOMAINS.split(",")
KNOWN = {f"{user}@{domain}" for user in USERS for domain in DOMAINS} | {"postmaster"}


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.lower() not in KNOWN and "*" not in USERS:
            if address.lower().rpartition("@")[2] not in DOMAINS:
                return "550 5.7.1 Relaying denied"
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        with open(FILE, "ab") as f:
            f.write(b"From mxprobe@invalid Thu Jan  1 00:00:00 1970\n")
            f.write(envelope.content.replace(b"\r\n", b"\n") + b"\n")
        return "250 2.0.0 OK"


async def main():
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await loop.create_server(
        lambda: SMTP(Handler(), hostname="mx.aiosmtpd.test", loop=loop),
        host=ADDRESS, port=int(PORT),
    )
    await stop.wait()


asyncio.run(main())
