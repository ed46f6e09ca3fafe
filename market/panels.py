"""What higher features put into the pages of lower ones, on one page.

A page names a slot (`{{ panel("opportunities.show.apply", opportunity=opportunity) }}`); here stands who fills it.
"""

from market.applications import panels as applications
from market.applications.queries import APPLIED
from market.applications.readers import applied_to_theirs
from market.apprenticeships import panels as apprenticeships
from market.cases import panels as cases
from market.config import Settings
from market.credentials import panels as credentials
from market.engagements import panels as engagements
from market.engagements.readers import works_for_theirs
from market.evidence import panels as evidence
from market.gather import Read
from market.matching import openings_listed
from market.matching import panels as matching
from market.matching.service import policy_for
from market.messages import panels as messages
from market.opportunities import panels as opportunities
from market.opportunities.browsing import Order
from market.pathways import panels as pathways
from market.profiles import panels as profiles
from market.reviews import panels as reviews
from market.staff import panels as staff
from market.wallet import panels as wallet
from market.web.kit import FileReader, Panel, ProfileReader, SourceWords
from market.webhooks import panels as webhooks

PANELS: dict[str, tuple[Panel, ...]] = {
    "programmes.show.rounds": (
        opportunities.rounds_to_join,
        engagements.rounds_inside,
        apprenticeships.wait,
    ),
    "programmes.manage.aside": (apprenticeships.line,),
    "programmes.manage.rounds": (opportunities.all_rounds,),
    "opportunities.show.fit": (matching.fit,),
    "opportunities.show.explanation": (matching.own_explanation,),
    "opportunities.browse.order": (matching.order_words,),
    "opportunities.edit.mirror": (matching.mirror,),
    "opportunities.show.apply": (applications.apply_board,),
    "profiles.show.invite": (applications.invite_from_profile,),
    "applications.show.explanation": (matching.explanation,),
    "applications.candidates.explanation": (matching.explanation,),
    "applications.show.thread": (messages.beside_application,),
    "engagements.show.credential": (
        engagements.earned,
        apprenticeships.afterwards,
        staff.beside_work,
        staff.packet_of_work,
    ),
    "engagements.show.thread": (messages.beside_engagement,),
    "engagements.show.review": (reviews.beside_work,),
    "profiles.show.work": (engagements.finished_work,),
    "profiles.show.reviews": (reviews.of_person,),
    "organisations.show": (
        credentials.of_organisation,
        pathways.of_organisation,
        apprenticeships.led_to_of,
        reviews.of_organisation,
    ),
    "profiles.show.credentials": (credentials.of_profile, wallet.of_profile),
    "profiles.mine.parts": (credentials.of_own_profile, pathways.of_own_profile, wallet.of_own_profile),
    "achievements.show.pathways": (pathways.of_achievement,),
    "credentials.mine.along": (wallet.whole_record,),
    "credentials.show.pathways": (pathways.of_credential,),
    "programmes.show.record": (
        apprenticeships.record,
        apprenticeships.soft_skills,
        apprenticeships.led_to,
        pathways.of_programme,
    ),
    "opportunities.show.organisation": (reviews.organisation_box,),
    "opportunities.show.more": (cases.of_opening,),
    "profiles.show.report": (cases.of_person,),
    "organisations.show.aside": (
        staff.of_organisation,
        webhooks.of_organisation,
        evidence.of_organisation,
        cases.of_organisation,
    ),
    "accounts.settings": (staff.in_settings,),
    "staff.mine.more": (webhooks.among_agreements,),
    "opportunities.asked.teaches": (matching.teaches,),
    "applications.show.teaches": (matching.teaches,),
    "skills.show.programmes": (matching.teaches_skill,),
    "programmes.show.leads": (matching.would_open,),
    "reviews.show.report": (cases.of_review,),
    "messages.beside.report": (cases.of_message,),
    "skills.queue.tabs": (cases.tabs,),
    "trust.moderation.tabs": (cases.issuer_tabs,),
    "trust.issuer.held": (wallet.of_issuer,),
}

# Who reads a profile that is private: those with whom its owner deals.
PROFILE_READERS: tuple[ProfileReader, ...] = (applied_to_theirs, works_for_theirs)

# What evidence was written for, in words, by the kind of its source; without an entry it is called by what it is.
SOURCE_WORDS: dict[str, SourceWords] = {
    "project_skill": profiles.PROJECT_WORDS,
    "held_skill": wallet.CREDENTIAL_WORDS,
    **apprenticeships.SOFT_WORDS,
}

# Who may read the files of a thing, asked by the kind of the thing a file is about. The owner of a file always may.
FILE_READERS: dict[str, FileReader] = {
    "engagement": engagements.may_read_file,
    "project": profiles.reads_project_files(PROFILE_READERS),
}


def browse_order(settings: Settings) -> Order:
    """Openings in the order of the reader's evidence, for the page that lists them."""
    return openings_listed.order_for(policy_for(settings))


# Who applied to an opening already: they are not among the people one could invite to it.
APPLIED_IDS: Read = APPLIED
