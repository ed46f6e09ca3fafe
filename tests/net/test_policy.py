"""The operator's settings become the rules of fetching."""

from ipaddress import ip_address

from market.config import Settings
from market.net.policy import policy_of


def test_the_settings_of_fetching_reach_the_fetcher() -> None:
    made = policy_of(
        Settings(
            public_url="https://jobs.example.org",
            fetch_http=True,
            fetch_seconds=20,
            fetch_allowed=("10.0.0.5:8443", "[fd00::5]:443"),
            own_addresses=("203.0.113.7",),
        )
    )
    assert made.allow_http
    assert made.seconds == 20.0
    assert made.allowed == {("10.0.0.5", 8443), ("fd00::5", 443)}
    assert made.own_addresses == {ip_address("203.0.113.7")}
    assert "https://jobs.example.org" in made.user_agent


def test_without_settings_only_https_to_the_public_internet_is_fetched() -> None:
    made = policy_of(Settings())
    assert (made.allow_http, made.allowed, made.own_addresses, made.seconds) == (
        False,
        frozenset(),
        frozenset(),
        10.0,
    )
