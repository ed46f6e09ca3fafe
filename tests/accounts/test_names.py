"""Names that look alike fold to one skeleton; names that only sound alike do not."""

import pytest

from market.accounts import names
from market.accounts.rules import browser_name, is_address, normal_address


@pytest.mark.parametrize(
    "other",
    [
        "nettle & rye bakery",
        "NettIe and Rye Bakery",  # a capital I for an l
        "Nett1e & Rye Bakery",
        "Nettle  &  Rye—Bakery!",
        "Nettlé & Rye Bakery",
        "Nettle & Rye Bakery Ltd",
        "Ｎｅｔｔｌｅ ＆ Ｒｙｅ Ｂａｋｅｒｙ",
        "The Nettle & Rye Bakery",
    ],
)
def test_look_alikes_share_a_skeleton(other: str) -> None:
    assert names.skeleton(other) == names.skeleton("Nettle & Rye Bakery")


@pytest.mark.parametrize(
    ("latin", "other"),
    [("Copac", "Сорас"), ("Bop", "Вор"), ("Kato", "Като"), ("Modern", "Modem"), ("Woven", "VVoven")],
)
def test_whole_names_in_another_script_or_with_joined_letters_are_caught(latin: str, other: str) -> None:
    assert names.skeleton(latin) == names.skeleton(other)


def test_different_names_stay_different() -> None:
    different = [
        "Nettle & Rye",
        "Nettle & Oat",
        "Kettle & Rye",
        "Weir Lane Cycles",
        "Weir Lane Candles",
        "Ltd",
        "Żabka",
    ]
    assert len({names.skeleton(name) for name in different}) == len(different)


@pytest.mark.parametrize("name", ["Nettle & Rуe", "Nеttle", "Αlpha Works"])
def test_letters_of_two_alphabets_in_one_name_are_refused(name: str) -> None:
    assert "two alphabets" in names.complaint(name)


@pytest.mark.parametrize(
    "name", ["Пекарня Ржаная", "Αρτοποιείο", "東京パン工房", "Żabka 24/7", "Café Zoë", "서울 빵집"]
)
def test_a_name_in_one_alphabet_is_taken_whichever_it_is(name: str) -> None:
    assert names.complaint(name) == ""


@pytest.mark.parametrize("name", ["", "!!!", "Rye\u200bBakery", "\u202eyekaB", "\u3164", "\uffa0 \u1160"])
def test_names_without_letters_or_with_hidden_signs_are_refused(name: str) -> None:
    assert names.complaint(name) != ""


@pytest.mark.parametrize(
    "text", ["a@b.co", "amara+jobs@mail.example.org", "zoë@exämple.org", "o'neil@example.ie"]
)
def test_addresses_that_mail_could_reach_are_taken(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "amara", "a@b", "a b@c.org", "a@b..org", ".a@b.org", "a@-b.org", "a@b.org\nBcc: c@d.org", "a@b@c.org", "<a@b.org>",
     "a,b@c.org", "x" * 65 + "@b.org", "a@" + "b" * 260 + ".org"],
)  # fmt: skip
def test_slips_and_header_tricks_are_no_addresses(text: str) -> None:
    assert not is_address(text)


def test_two_spellings_of_one_address_are_one() -> None:
    assert normal_address(" Amara@Example.ORG ") == normal_address("amara@example.org")
    assert normal_address("a@BÜRO.de") == normal_address("a@xn--bro-hoa.de")


def test_browsers_are_told_apart() -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    iphone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"
    )
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0"
    assert [browser_name(x) for x in (firefox, iphone, edge, "curl/8")] == [
        "Firefox on Linux", "Safari on iPhone", "Edge on Windows", "",
    ]  # fmt: skip
