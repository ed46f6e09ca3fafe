"""The two programs of test_namespace, each run in a network namespace of the test's own.

`serve FOLDER` answers on ports 443 and 80 of every address that reaches it, keeps a list of the addresses it was
contacted at, and prints the list when its input closes. `attack FOLDER` first connects bare sockets to the
private addresses, to show that they can be reached there, or only that when told so; then it lets `fetch` loose.
"""

import contextlib
import json
import socket
import ssl
import sys
import threading
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote_to_bytes

from market.net.errors import FetchError
from market.net.fetch import Policy, fetch
from tests.net.attacks import PRIVATE_ADDRESSES, SPELLINGS
from tests.net.hostile import Names

GOOD = "93.184.215.14"  # numbers that are public by the table; here they lead to the test's own server
OURS = "93.184.215.1"
GOOD_6 = "2606:4700:1::14"
OURS_6 = "2606:4700:1::1"


def serve(folder: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    contacts: list[str] = []

    def converse(sock: socket.socket, port: int) -> None:
        contacts.append(str(ip_address(sock.getsockname()[0].partition("%")[0])))
        with contextlib.suppress(OSError, IndexError):
            sock.settimeout(10)
            if port == 443:
                sock = context.wrap_socket(sock, server_side=True)
            line = sock.recv(65536).split(b"\r\n")[0].split(b" ")
            path = line[1]
            if path.startswith(b"/to/"):
                head = b"HTTP/1.1 302 Found\r\nLocation: " + unquote_to_bytes(path[4:])
            else:
                head = b"HTTP/1.1 200 OK"
            sock.sendall(head + b"\r\nContent-Length: 2\r\n\r\nhi")
        sock.close()

    def listen(server: socket.socket, port: int) -> None:
        while True:
            sock, _ = server.accept()
            threading.Thread(target=converse, args=(sock, port), daemon=True).start()

    for port in (443, 80):
        for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            server = socket.create_server((host, port), family=family, backlog=512)
            threading.Thread(target=listen, args=(server, port), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    print(json.dumps(contacts), flush=True)


def reachable() -> list[str]:
    """Which of the private addresses answer a bare socket here."""
    found = []
    for address in PRIVATE_ADDRESSES:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with contextlib.suppress(OSError), socket.socket(family) as sock:
            sock.settimeout(0.3)
            sock.connect((address, 443))
            found.append(address)
    return found


def attack(folder: Path) -> dict[str, object]:
    ca = (folder / "ca.pem").read_text()
    outcomes: dict[str, str] = {}

    def attempt(name: str, url: str, allow_http: bool = False, **names: list[list[str]]) -> None:
        policy = Policy(ca=ca, allow_http=allow_http, resolver=Names(good_example=[[GOOD]], **names))
        try:
            got = fetch(url, policy=policy)
            outcomes[name] = f"{got.status} {got.body!r}"
        except FetchError as error:
            outcomes[name] = error.code

    attempt("good", "https://good.example/")
    attempt("good by IPv6", "https://six.example/", six_example=[[GOOD_6]])
    attempt("good by http", "http://good.example/", allow_http=True)
    attempt("good by redirect", "https://good.example/to/%2Fthere")
    for url, _ in SPELLINGS:
        if not url.startswith("http://good.example"):
            attempt(f"typed {url}", url, allow_http=True)
    for address in (*PRIVATE_ADDRESSES, OURS, OURS_6):
        attempt(f"name {address}", "https://bad.example/", bad_example=[[address]])
        attempt(f"name by http {address}", "http://bad.example/", allow_http=True, bad_example=[[address]])
        attempt(f"mixed {address}", "https://bad.example/", bad_example=[[GOOD, address]])
        to = "https://good.example/to/https%3A%2F%2Fbad.example%2F"
        attempt(f"redirect {address}", to, bad_example=[[address]])
        again = "https://turns.example/to/%2Fto%2F%252Fto%252F%25252Fx"
        attempt(f"second {address}", again, turns_example=[[GOOD], [address]])
        attempt(f"third {address}", again, turns_example=[[GOOD], [GOOD], [address]])
    return {"outcomes": outcomes}


if __name__ == "__main__":
    program, where = sys.argv[1], Path(sys.argv[2])
    if program == "serve":
        serve(where)
    elif program == "reach":
        print(json.dumps(reachable()))
    else:
        print(json.dumps(attack(where)))
