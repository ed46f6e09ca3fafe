"""Mail: sent at least once and never lost, blanked when done, its tokens nowhere else."""

import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, text
from sqlmodel import Session, col, select

from market import clock
from market.access import Role
from market.accounts import emails, links, members, service, suspending
from market.accounts.models import Email, Invitation, OneTimeToken, Organisation, Person, TokenPurpose
from market.config import Settings
from market.net import smtp
from market.notifications import mailer
from market.notifications.compose import Letter, queue
from market.notifications.mailer import Mailer
from market.notifications.models import OutgoingMail
from market.notifications.rules import KEEP, TRIES, MailStatus
from tests.notifications.server import FakeServer, running
from tests.support.world import Known, Standing, World

SITE = Settings(public_url="https://foothold.example", mail_from="Foothold <no-reply@foothold.example>")


@pytest.fixture(autouse=True)
def empty_queue(make: World) -> None:
    """What the making of the cast led to is sent."""
    with make.write() as db:
        db.connection().execute(delete(OutgoingMail))


def mailer_for(url: str, timeout: float = 5.0) -> Mailer:
    return Mailer(
        Settings(smtp_url=url, public_url=SITE.public_url, mail_from=SITE.mail_from), timeout=timeout
    )


def all_mail(make: World) -> list[OutgoingMail]:
    with make.read() as db:
        return list(db.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))))


def put(make: World, who: Known, title: str = "The Archive sent its offer") -> int:
    """A letter to someone's own address, in the queue."""
    with make.write() as db:
        to = db.exec(select(Email.id).where(Email.person_id == who.id)).one()
        return queue(db, Letter(title=title, words=("It lapses on 28 November.",)), email_id=to).id


def state(make: World, mail_id: int) -> OutgoingMail:
    with make.read() as db:
        return db.get_one(OutgoingMail, mail_id)


def is_blank(mail: OutgoingMail) -> bool:
    return (mail.subject, mail.text, mail.html) == ("", "", "")


def test_mail_goes_out_as_text_and_html_and_is_blanked(make: World, post_office: FakeServer) -> None:
    number = put(make, make.amara)
    assert mailer_for(post_office.url)(make.engine) == 1
    ((to, message),) = post_office.mail
    assert to == "amara@example.org"
    assert message["Subject"] == "The Archive sent its offer"
    assert message["From"] == SITE.mail_from
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    sent = state(make, number)
    assert sent.status is MailStatus.SENT
    assert is_blank(sent)
    assert sent.sent_at == clock.now()
    assert mailer_for(post_office.url)(make.engine) == 0


def test_without_a_server_mail_stays_in_the_queue_and_can_be_read(make: World) -> None:
    number = put(make, make.amara)
    assert Mailer(Settings())(make.engine) == 0
    kept = state(make, number)
    assert kept.status is MailStatus.QUEUED
    assert "28 November" in kept.text
    assert kept.claimed_until is None


def test_a_refusal_for_now_is_tried_again_five_times_with_growing_pauses(
    make: World, post_office: FakeServer, standing_clock: Standing
) -> None:
    post_office.answers["amara"] = "451 later"
    first, other = put(make, make.amara), put(make, make.bruno)
    send = mailer_for(post_office.url)
    assert send(make.engine) == 1, "one that is refused does not keep the others back"
    assert state(make, other).status is MailStatus.SENT
    due: list[timedelta] = []
    for n in range(1, TRIES):
        kept = state(make, first)
        assert (kept.status, kept.attempts, kept.last_error) == (MailStatus.QUEUED, n, "SMTP 451")
        assert kept.text, "it is kept whole for the next try"
        due.append(kept.due_at - clock.now())
        assert send(make.engine) == 0, "not before it is due"
        assert state(make, first).attempts == n
        standing_clock.move(hours=7)
        send(make.engine)
    assert due == sorted(due)
    failed = state(make, first)
    assert (failed.status, failed.attempts) == (MailStatus.FAILED, TRIES)
    assert is_blank(failed)


def test_a_refusal_that_passes_is_followed_by_the_mail(
    make: World, post_office: FakeServer, standing_clock: Standing
) -> None:
    post_office.answers["amara"] = "450 busy"
    number = put(make, make.amara)
    send = mailer_for(post_office.url)
    send(make.engine)
    post_office.answers.clear()
    standing_clock.move(minutes=2)
    assert send(make.engine) == 1
    assert state(make, number).status is MailStatus.SENT
    assert len(post_office.mail) == 1


def test_an_address_refused_for_good_is_not_tried_again(make: World, post_office: FakeServer) -> None:
    post_office.answers["amara"] = "550 nobody of that name"
    number = put(make, make.amara)
    mailer_for(post_office.url)(make.engine)
    assert state(make, number).status is MailStatus.FAILED
    assert is_blank(state(make, number))


def test_while_the_server_is_away_everything_waits_uncounted(make: World, standing_clock: Standing) -> None:
    number = put(make, make.amara)
    with running() as gone:
        url = gone.url
    send = mailer_for(url)
    for _round in range(TRIES + 2):
        assert send(make.engine) == 0
        standing_clock.move(minutes=6)
    kept = state(make, number)
    assert (kept.status, kept.attempts, kept.claimed_until) == (MailStatus.QUEUED, 0, None)


def test_a_mail_that_makes_the_server_hang_up_does_not_keep_the_others_back(
    make: World, post_office: FakeServer, standing_clock: Standing
) -> None:
    post_office.hang_up_on.add("amara")
    bad, good = put(make, make.amara), put(make, make.bruno)
    send = mailer_for(post_office.url)
    assert send(make.engine) == 0
    standing_clock.move(seconds=15)
    assert send(make.engine) == 1
    assert state(make, good).status is MailStatus.SENT
    assert (state(make, bad).status, state(make, bad).attempts) == (MailStatus.QUEUED, 1)


class Killed(BaseException):
    """The worker's process ends here."""


@pytest.mark.parametrize("moment", ["before it is sent", "after it is sent"])
def test_a_worker_killed_in_mid_mail_loses_none(
    make: World,
    post_office: FakeServer,
    standing_clock: Standing,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    numbers = [put(make, make.amara), put(make, make.bruno)]

    def die(*_args: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        if moment == "before it is sent":
            broken.setattr(smtp.Connection, "send", die)
        else:
            broken.setattr(mailer, "settle", die)
        with pytest.raises(Killed):
            mailer_for(post_office.url)(make.engine)
    assert all(state(make, n).status is MailStatus.QUEUED for n in numbers)
    assert mailer_for(post_office.url)(make.engine) == 0, "the claim of the dead worker still holds"
    standing_clock.move(minutes=16)
    assert mailer_for(post_office.url)(make.engine) == 2
    assert all(state(make, n).status is MailStatus.SENT for n in numbers)
    copies = [m["Message-ID"] for to, m in post_office.mail if to == "amara@example.org"]
    assert len(copies) == (1 if moment == "before it is sent" else 2)
    assert len(set(copies)) == 1, "a mailbox that gets it twice can tell"


def test_two_workers_never_take_the_same_mail(make: World, post_office: FakeServer) -> None:
    numbers = [put(make, make.amara) for _n in range(5)]
    first, second = mailer.claim(make.engine), mailer.claim(make.engine)
    assert first == numbers
    assert second == []


def test_an_idle_mailer_takes_no_write_lock_and_opens_no_connection(
    make: World, post_office: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from market.db import transaction

    asked: list[bool] = []

    def watched(engine: Engine, *, write: bool):  # type: ignore[no-untyped-def]
        asked.append(write)
        return transaction(engine, write=write)

    monkeypatch.setattr(mailer, "transaction", watched)
    assert mailer_for(post_office.url)(make.engine) == 0
    assert asked == [False]
    assert post_office.commands == []


def test_mail_to_an_address_that_is_removed_goes_with_it(make: World, post_office: FakeServer) -> None:
    with make.write() as db:
        other = emails.add_address(db, make.actor(make.amara), "amara@second.example")
    make.drain()
    (letter,) = all_mail(make)
    with make.write() as db:
        emails.remove_address(db, make.actor(make.amara), other.id)
    assert not all_mail(make)
    mailer.settle(make.engine, letter.id)  # the worker that had taken it comes back: nothing happens
    assert mailer_for(post_office.url)(make.engine) == 0
    assert not post_office.mail


def test_unsent_mail_and_the_record_of_sent_mail_go_after_a_month(make: World) -> None:
    put(make, make.amara)
    with make.write() as db:
        assert mailer.forget(db, clock.now() + KEEP - timedelta(hours=1)) == 0
        assert mailer.forget(db, clock.now() + KEEP + timedelta(hours=1)) == 1


# -- letters of accounts


def link_in(mail: OutgoingMail) -> str:
    (link,) = set(re.findall(r"/(?:verify|reset|invitations)/[\w-]{30,}", mail.text))
    assert link in mail.html
    return link


def test_signing_up_leads_to_a_letter_whose_link_confirms_the_address(make: World) -> None:
    una = make.person("Una Novak", verified=False)
    make.drain()
    (mail,) = all_mail(make)
    token = link_in(mail).rpartition("/")[2]
    with make.write() as db:
        link = links.use(db, token, TokenPurpose.VERIFY_EMAIL)
        assert link.person_id == una.id
        assert link.email_id == mail.email_id


def test_tokens_stand_in_the_letter_only_and_nowhere_after_it_is_sent(
    make: World, post_office: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    make.person("Una Novak", email="una@example.net", verified=False)
    make.drain()
    token = link_in(all_mail(make)[0]).rpartition("/")[2]
    post_office.answers["una"] = "451 later"
    send = mailer_for(post_office.url)
    send(make.engine)
    assert token not in everything(make, but="outgoing_mail")
    post_office.answers.clear()
    with clock.standing(clock.now() + timedelta(minutes=5)):
        assert send(make.engine) == 1
    assert token in post_office.mail[0][1].get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert token not in everything(make)
    logged = "\n".join(repr(record.__dict__) for record in caplog.records)
    assert token not in logged
    assert "una@example.net" not in logged


def everything(make: World, but: str = "") -> str:
    """Every cell of every table, as text."""
    from sqlmodel import SQLModel

    with make.read() as db:
        return "\n".join(
            repr(row)
            for name in SQLModel.metadata.tables
            if name != but
            for row in db.connection().execute(text(f'SELECT * FROM "{name}"'))
        )


def test_a_new_password_is_asked_for_by_letter_and_an_unknown_address_gets_none(make: World) -> None:
    with make.write() as db:
        service.ask_reset(db, "amara@example.org")
        service.ask_reset(db, "nobody@example.org")
    make.drain()
    (mail,) = all_mail(make)
    assert link_in(mail).startswith("/reset/")
    assert "one hour" in mail.text


def test_an_invitation_goes_to_its_address_and_not_once_it_is_taken_back(
    make: World, post_office: FakeServer
) -> None:
    with make.write() as db:
        bakery = db.get_one(Organisation, make.bakery.id)
        members.invite(db, make.actor(make.bruno), bakery, "kofi@example.net", Role.MENTOR)
    make.drain()
    (mail,) = all_mail(make)
    assert "Bruno Keller asks you to join Nettle & Rye Bakery" in mail.subject
    assert "Mentor" in mail.text
    link_in(mail)
    with make.write() as db:
        invitation = db.exec(select(Invitation)).one()
        members.withdraw_invitation(db, make.actor(make.bruno), make.bakery.id, invitation.public_id)
    mailer_for(post_office.url)(make.engine)
    assert not post_office.mail
    assert state(make, mail.id).status is MailStatus.FAILED


def test_signing_up_twice_tells_the_owner_of_the_address(make: World) -> None:
    from market.accounts.queries import sign_in_by_address

    with make.write() as db:
        known = sign_in_by_address(db, "amara@example.org")
        assert known is not None
        service.sign_up_again(db, known)
    make.drain()
    (mail,) = all_mail(make)
    assert mail.subject == "You have an account here already"
    with make.read() as db:
        assert not db.exec(select(OneTimeToken)).all(), "that letter carries no key"


def test_a_changed_password_is_told_to_every_address_that_was_confirmed(make: World) -> None:
    with make.write() as db:
        other = emails.add_address(db, make.actor(make.amara), "amara@second.example")
        emails.confirm_address(db, other)
        emails.add_address(db, make.actor(make.amara), "amara@third.example")
        service.change_password(db, make.actor(make.amara), "hash")
    make.drain()
    told = [m for m in all_mail(make) if m.subject == "Your password was changed"]
    assert len(told) == 2


def test_a_closed_account_is_told_by_letter_in_the_moderators_words(make: World) -> None:
    with make.write() as db:
        person = db.get_one(Person, make.chidi.id)
        suspending.suspend(db, make.actor(make.dana), person, "Three people reported the same trick.")
    make.drain()
    (mail,) = all_mail(make)
    assert "Three people reported the same trick." in " ".join(mail.text.split())


def test_a_hostile_name_stays_words_in_the_letter_and_breaks_no_header(
    make: World, post_office: FakeServer
) -> None:
    put(make, make.amara, 'Bcc: all@example.org\r\nBcc: x@example.org <script>alert("x")</script>')
    mailer_for(post_office.url)(make.engine)
    ((_to, message),) = post_office.mail
    assert message["Bcc"] is None
    html = message.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


# -- the server


@pytest.mark.parametrize(
    ("url", "port", "at_once", "plain"),
    [
        ("smtp://mail.example", 587, False, False),
        ("smtp://user:p%40ss@mail.example:25", 25, False, False),
        ("smtps://mail.example", 465, True, False),
        ("smtp://relay:1025?tls=no", 1025, False, True),
        ("smtp://127.0.0.1:2525", 2525, False, True),
    ],
)
def test_a_server_is_named_by_an_address(url: str, port: int, at_once: bool, plain: bool) -> None:
    server = smtp.server_of(url)
    assert (server.port, server.tls_at_once, server.plain_allowed) == (port, at_once, plain)
    assert server.password in ("", "p@ss")


def test_a_server_that_cannot_be_read_is_refused_without_its_password() -> None:
    with pytest.raises(ValueError, match="MARKET_SMTP_URL") as refused:
        smtp.server_of("http://user:secret@mail.example")
    assert "secret" not in str(refused.value)


def test_nothing_goes_out_plain_to_another_machine(post_office: FakeServer) -> None:
    server = smtp.server_of(post_office.url)._replace(plain_allowed=False)
    with pytest.raises(smtp.Unreachable), smtp.connect(server, "here", timeout=2):
        pass
    assert not any(c.upper().startswith(("MAIL", "AUTH")) for c in post_office.commands)


def test_an_address_in_another_script_goes_to_its_ascii_domain() -> None:
    assert smtp._ascii_domain("una@bücher.example") == "una@xn--bcher-kva.example"


def test_a_letter_reads_well(make: World) -> None:
    """The text of a letter, whole: what is due set apart, the link on a line of its own."""
    letter = Letter(
        title="The Municipal Archive sent version 2 of its offer",
        words=("Both changes you asked for are in: you start on Wednesday 9 December, and half of the pay comes early.",),
        facts=(("Answer by", "28 November"),),
        action="Read it, then sign, suggest or decline",
        link="https://foothold.example/news/abc",
        after="Opening the link changes nothing.",
        why="You get this at once because you asked to.",
        settings_link="https://foothold.example/settings/news",
    )  # fmt: skip
    with make.write() as db:
        made = queue(db, letter, email_id=_first_email(db, make.amara))
    assert made.text == (
        "The Municipal Archive sent version 2 of its offer\n"
        "\n"
        "Both changes you asked for are in: you start on Wednesday 9 December,\n"
        "and half of the pay comes early.\n"
        "\n"
        "  Answer by: 28 November\n"
        "\n"
        "Read it, then sign, suggest or decline:\n"
        "https://foothold.example/news/abc\n"
        "\n"
        "Opening the link changes nothing.\n"
        "\n"
        "-- \n"
        "You get this at once because you asked to.\n"
        "Change it: https://foothold.example/settings/news\n"
    )
    assert "style" not in made.html
    assert "<table><tbody><tr><th" in made.html


def _first_email(db: Session, who: Known) -> int:
    return db.exec(select(Email.id).where(Email.person_id == who.id)).one()
