"""The skills of a credential: its holder confirms which ones it shows, and takes one back."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, talent
from market.errors import Invalid
from market.wallet import queries, showing
from market.wallet.routes.keeping import show
from market.web.forms import Entry
from market.web.render import see_other
from market.web.routing import MarketRoute, action
from market.words import _, plural


def confirm(request: Request, db: Session, actor: Actor) -> Response:
    """Have it count for the skills that were ticked."""
    held = queries.get_held(db, actor, request.path_params["id"])
    form = request.state.form
    values = {name: str(value) for name, value in form.items() if isinstance(value, str)}
    ticked = [str(one) for one in form.getlist("skill") if isinstance(one, str)]
    chosen = {
        one: int(level) if (level := values.get(f"level-{one}", "")).isdecimal() and len(level) < 3 else 0
        for one in ticked
    }
    try:
        n = showing.confirm(db, actor, held, chosen)
    except Invalid as refused:
        entry: Entry[object] = Entry({**values, "skill": ticked}, None, refused.fields)  # type: ignore[type-var]
        return show(request, db, actor, entry)
    said = plural("It counts for one more skill now.", "It counts for %(n)s more skills now.", n)
    return see_other(request, "wallet.show", id=held.public_id, said=said, anchor="skills")


def take_back(request: Request, db: Session, actor: Actor) -> Response:
    """It counts for this skill no more."""
    held = queries.get_held(db, actor, request.path_params["id"])
    showing.take_back(db, actor, held, request.path_params["skill"])
    said = _("It does not count for that skill any more.")
    return see_other(request, "wallet.show", id=held.public_id, said=said, anchor="skills")


routes: list[MarketRoute] = [
    action("/wallet/{id}/skills", confirm, name="wallet.confirm", allow=talent),
    action("/wallet/{id}/skills/{skill}/remove", take_back, name="wallet.take_back", allow=talent),
]
