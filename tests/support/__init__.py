"""What the tests stand on: databases, the browser, closed sockets, the gate for skips."""
