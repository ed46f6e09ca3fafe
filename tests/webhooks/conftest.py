"""The hostile receiver of the tests of outgoing requests."""

from tests.net.conftest import authority, policy_for, server, watch

__all__ = ["authority", "policy_for", "server", "watch"]
