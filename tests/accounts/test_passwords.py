"""Passwords: long ones are taken whatever they look like, guessed ones are not."""

import threading

import pytest

from market.accounts import passwords

ABOUT = ("Foothold", "Amara Okafor", "amara.okafor@example.org")


@pytest.mark.parametrize(
    "password",
    ["three blue horses walk", "correct horse battery", "gW9#kq2LmZ!x", "ñandú corre lejos hoy", "雨が降る日は本を読みます", "x7" + "pear tree " * 20],
)  # fmt: skip
def test_long_passwords_are_taken(password: str) -> None:
    assert passwords.complaint(password, *ABOUT) == ""


@pytest.mark.parametrize(
    "password",
    ["short", "elevenchars", "password12345", "Password-2026!", "aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "qwertyuiop123", "123456789012",
     "foothold-foothold", "AmaraOkafor2026", "letmeinletmein", "welcome-monday", "amara.okafor@example.org", "x" * 300],
)  # fmt: skip
def test_short_common_and_site_related_passwords_are_refused(password: str) -> None:
    assert passwords.complaint(password, *ABOUT) != ""


def test_sixty_four_characters_and_more_are_allowed() -> None:
    assert passwords.complaint("river stone " * 16, *ABOUT) == ""


def test_hashes_are_argon2id_at_the_cost_of_the_standard() -> None:
    assert passwords.hasher.type.name == "ID"
    assert (passwords.hasher.memory_cost, passwords.hasher.time_cost) == (65536, 3)


@pytest.mark.usefixtures("quick_hashes")
def test_a_hash_matches_its_password_only() -> None:
    kept = passwords.hash_password("three blue horses walk")
    assert passwords.matches(kept, "three blue horses walk")
    assert not passwords.matches(kept, "three blue horses talk")
    assert not passwords.matches(None, "nobody has this password")
    assert passwords.hash_password("ﬁve blue horses") != kept
    assert passwords.matches(passwords.hash_password("ﬁve blue horses"), "five blue horses")


def test_at_most_two_hashes_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, guard, both = 0, 0, threading.Lock(), threading.Barrier(2, timeout=10)

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with guard:
                running += 1
                most = max(most, running)
            both.wait()  # six threads pass in pairs; a third in the same pair would be counted above
            with guard:
                running -= 1
            return "hash"

    monkeypatch.setattr(passwords, "hasher", Slow())
    threads = [threading.Thread(target=passwords.hash_password, args=("x",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert most == 2


@pytest.mark.usefixtures("quick_hashes")
def test_an_account_without_a_password_costs_as_many_hashes_as_one_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, asked = passwords.hash_password("three blue horses walk"), []
    real = passwords.hasher.verify

    class Counted:
        def verify(self, one: str, password: str) -> bool:
            asked.append(one.split("$")[:4])
            return real(one, password)

        hash = passwords.hasher.hash

    passwords._nobodys()
    monkeypatch.setattr(passwords, "hasher", Counted())
    passwords.matches(kept, "wrong")
    passwords.matches(None, "wrong")
    assert len(asked) == 2
    assert asked[0] == asked[1]
