"""Account mail: confirming an address, a new password, an invitation, and word of what was done to an account.

These go to whoever has the address, whatever they chose for news. The worker mints the token of a link here, as it writes
the letter; it stands in the letter and nowhere else, and the letter is blanked once it is sent.
"""

from sqlmodel import Session, col, select

from market.accounts import rules
from market.accounts.models import Email, Invitation, Organisation, Person, TokenPurpose
from market.accounts.queries import addresses
from market.accounts.roles import role_words
from market.accounts.service import mint_token
from market.notifications.compose import Letter, address_of, queue, settings_of
from market.outbox import Event
from market.transitions import Transition
from market.words import _, language, speak


def write(db: Session, event: Event) -> None:
    """Subscriber: the letter that an event of an account leads to. Nothing where the address is gone meanwhile."""
    before = language()
    try:
        if event.name == "organisation.invited":
            _invite(db, event)
        else:
            _to_person(db, event)
    finally:
        speak(before)


def _to_person(db: Session, event: Event) -> None:
    person = db.get(Person, event.payload.get("person_id") or 0)
    if person is None or person.erased_at is not None:
        return
    speak(person.language)
    named = db.get(Email, event.payload.get("email_id") or 0)
    match event.name:
        case "account.verification_asked":
            if named is not None and named.person_id == person.id and named.verified_at is None:
                queue(db, _verify(db, named), email_id=named.id, event_id=event.id)
        case "account.reset_asked":
            if named is not None and named.person_id == person.id:
                queue(db, _reset(db, named), email_id=named.id, event_id=event.id)
        case "account.sign_up_repeated":
            if named is not None and named.person_id == person.id:
                queue(db, _signed_up_before(db), email_id=named.id, event_id=event.id)
        case "account.password_changed":
            _to_each(db, event, person, _password_changed(db))
        case "account.address_changed":
            _to_each(db, event, person, _address_changed(db), but=event.payload.get("email_id"))
        case "account.suspended":
            _to_primary(db, event, person, _suspended(db, event))


def _to_each(db: Session, event: Event, person: Person, letter: Letter, but: int | None = None) -> None:
    """To every address the person confirmed, so that someone who took one over cannot keep it quiet."""
    for address in addresses(db, person.id):
        if address.verified_at is not None and address.id != but:
            queue(db, letter, email_id=address.id, event_id=event.id)


def _to_primary(db: Session, event: Event, person: Person, letter: Letter) -> None:
    main = next((one for one in addresses(db, person.id) if one.verified_at is not None), None)
    if main is not None:
        queue(db, letter, email_id=main.id, event_id=event.id)


def _invite(db: Session, event: Event) -> None:
    invitation = db.get(Invitation, event.payload["invitation_id"])
    if invitation is None or invitation.withdrawn_at is not None or invitation.accepted_at is not None:
        return
    speak(settings_of(db).site_language)
    token = mint_token(db, TokenPurpose.INVITATION, invitation_id=invitation.id)
    organisation = db.get_one(Organisation, invitation.org_id)
    sender = db.get_one(Person, invitation.invited_by).display_name or _("someone")
    role, does = role_words(invitation.role)
    letter = Letter(
        title=_("%(who)s asks you to join %(org)s", who=sender, org=organisation.name),
        words=(
            _("Your role there would be: %(role)s. %(does)s.", role=role, does=does),
        ),
        action=_("Read it, then join or leave it"),
        link=_link(db, "/invitations/", token),
        after=_good_for(rules.INVITATION_FOR.days),
        why=_("You get this because someone gave your address. If it means nothing to you, do nothing."),
    )  # fmt: skip
    queue(db, letter, invitation_id=invitation.id, event_id=event.id)


def _link(db: Session, path: str, token: str = "") -> str:
    return address_of(settings_of(db), path + token)


def _good_for(days: int) -> str:
    return _("Opening the link changes nothing. It is good for %(n)s days.", n=days)


def _verify(db: Session, email: Email) -> Letter:
    token = mint_token(db, TokenPurpose.VERIFY_EMAIL, person_id=email.person_id, email_id=email.id)
    return Letter(
        title=_("Confirm your e-mail address"),
        words=(
            _("Answers to your applications and offers go to this address, so we ask whether it is yours."),
        ),
        action=_("Confirm it"),
        link=_link(db, "/verify/", token),
        after=_good_for(rules.VERIFY_FOR.days),
        why=_("You get this because this address was given here. If you did not do that, do nothing."),
    )


def _reset(db: Session, email: Email) -> Letter:
    token = mint_token(db, TokenPurpose.RESET_PASSWORD, person_id=email.person_id, email_id=email.id)
    return Letter(
        title=_("A new password"),
        words=(_("Someone, probably you, asked for a new password for this address."),),
        action=_("Choose a new password"),
        link=_link(db, "/reset/", token),
        after=_(
            "Opening the link changes nothing. It is good for one hour. Until you choose, the old one holds."
        ),
        why=_("If you did not ask for it, do nothing."),
    )


def _signed_up_before(db: Session) -> Letter:
    return Letter(
        title=_("You have an account here already"),
        words=(
            _(
                "Someone, probably you, tried to sign up with this address. Sign in, or choose a new password."
            ),
        ),
        action=_("Choose a new password"),
        link=_link(db, "/reset"),
        after=_("Nothing was changed."),
        why=_("If it was not you, do nothing."),
    )


def _password_changed(db: Session) -> Letter:
    return Letter(
        title=_("Your password was changed"),
        words=(_("Every other browser was signed out. If it was not you, choose a new password now."),),
        action=_("Choose a new password"),
        link=_link(db, "/reset"),
        why=_("This letter always comes, so that nobody changes it unseen."),
    )


def _address_changed(db: Session) -> Letter:
    return Letter(
        title=_("Your mail goes to another address now"),
        words=(
            _("You made another of your addresses the main one. If it was not you, look at your settings."),
        ),
        action=_("Open your settings"),
        link=_link(db, "/settings"),
        why=_("This letter always comes, so that nobody changes it unseen."),
    )


def _suspended(db: Session, event: Event) -> Letter:
    note = db.exec(select(Transition.note).where(col(Transition.event_id) == event.id)).first()
    return Letter(
        title=_("Your account was closed"),
        words=(
            _("A moderator has closed it after a report. You cannot sign in for now."),
            _("In the moderator's words: %(note)s", note=note) if note else "",
            _("If you think that is wrong, write to the people who run this site."),
        ),
        why=_("This letter always comes when an account is closed."),
    )
