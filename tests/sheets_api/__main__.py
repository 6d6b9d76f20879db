"""The emulator as a command; prints its address when it is ready."""

import argparse
import signal
import threading

from tests.sheets_api.emulator import Emulator
from tests.sheets_api.faults import KINDS


def main():
    """Serve until interrupted."""
    faults = "\n".join(f"  {kind:14s}{text}" for kind, text in KINDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.sheets_api",
        description=__doc__,
        epilog=f"faults, as KIND,on=values.*,nth=2,applied=1,…:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=0, help="milliseconds")
    parser.add_argument("--quota", action="store_true", help="60 + 60 calls a minute")
    parser.add_argument("--fault", action="append", default=[], help="see below")
    parser.add_argument(
        "--create", metavar="ID", help="make an empty spreadsheet that all may edit"
    )
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Emulator(
        port=options.port,
        latency=options.latency / 1000,
        quota=options.quota,
        faults=options.fault,
    ) as emulator:
        if options.create:
            emulator.create(book_id=options.create)
        print(emulator.url, flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
