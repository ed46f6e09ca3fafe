"""What each event leads to, on one page.

Left is what happened, right is who reacts, in the order of the rows. Every event that is announced anywhere stands
here, also when nothing follows from it yet (a test compares).
"""

from market.applications import reactions as applications
from market.outbox import LeadsTo

LEADS_TO: LeadsTo = {
    "opportunity.submitted": (),
    "opportunity.published": (),
    "opportunity.returned": (),
    "opportunity.addendum_added": (),
    "opportunity.paused": (),
    "opportunity.resumed": (),
    "opportunity.closed": (),
    "opportunity.extended": (),
    "opportunity.filled": (applications.close_when_filled,),
    "opportunity.seat_freed": (),
    "opportunity.reopened": (),
    "opportunity.completed": (),
    "opportunity.unfilled": (),
    "opportunity.cancelled": (applications.close_when_cancelled,),
    "opportunity.expiring": (),
    "opportunity.expired": (),
    "opportunity.renewed": (),
    "application.submitted": (),
    "application.withdrawn": (),
    "application.opened": (),
    "application.shortlisted": (),
    "application.declined": (),
    "application.reconsidered": (),
    "application.pooled": (),
    "application.revived": (),
    "application.offered": (),
    "application.countered": (),
    "application.accepted": (applications.withdraw_others,),
    "application.offer_rescinded": (),
    "application.offer_declined": (),
    "application.offer_expired": (),
    "application.auto_closed": (),
    "application.not_selected": (),
    "application.opportunity_cancelled": (),
    "application.overdue": (),
    "application.invited": (),
    "offer.lapses_soon": (),
}
