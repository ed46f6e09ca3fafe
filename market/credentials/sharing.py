"""Links that take a credential elsewhere: to a profile on a professional network, or into a letter. Built from what is
public on its page; nothing is sent by the site itself."""

from datetime import datetime
from urllib.parse import quote, urlencode

LINKEDIN = "https://www.linkedin.com/profile/add"
LINKEDIN_POST = "https://www.linkedin.com/sharing/share-offsite/"


def add_to_linkedin(
    name: str,
    organisation: str,
    address: str,
    public_id: str,
    valid_from: datetime,
    valid_until: datetime | None,
) -> str:
    """The address that opens LinkedIn's own form for a licence or certificate, filled in."""
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": name,
        "organizationName": organisation,
        "issueYear": str(valid_from.year),
        "issueMonth": str(valid_from.month),
        "certUrl": address,
        "certId": public_id,
    }
    if valid_until is not None:
        fields |= {"expirationYear": str(valid_until.year), "expirationMonth": str(valid_until.month)}
    return f"{LINKEDIN}?{urlencode(fields)}"


def post_to_linkedin(address: str) -> str:
    """The address that opens LinkedIn's own form for a post, with the link in it."""
    return f"{LINKEDIN_POST}?{urlencode({'url': address})}"


def by_mail(subject: str, body: str) -> str:
    """A letter to begin with, in the reader's own mail program."""
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"
