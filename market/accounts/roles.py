"""What the roles in an organisation are called, and what their bearers do: for pages and mails."""

from market.access import Role
from market.words import _


def role_words(role: Role) -> tuple[str, str]:
    """(what a role is called, what its bearer does)."""
    return {
        Role.OWNER: (_("Owner"), _("Everything, members and this page among it")),
        Role.RECRUITER: (
            _("Recruiter"),
            _("Posts openings, answers applications, makes offers, looks after work"),
        ),
        Role.MENTOR: (_("Mentor"), _("Looks after and assesses the work given to them, and no other")),
        Role.ISSUER: (_("Issuer"), _("Issues achievements and credentials")),
    }[role]
