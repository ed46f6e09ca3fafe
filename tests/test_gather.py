"""Several reads in one statement give what each gives alone."""

from datetime import UTC, date, datetime

from sqlalchemy import bindparam, event, func, select
from sqlmodel import col

from market.accounts.models import Email, Membership, Organisation, Person
from market.gather import Gather
from market.opportunities.models import Opportunity
from market.opportunities.rules import Kind
from tests.opportunities import postings
from tests.support.world import World

PEOPLE = select(col(Person.id), col(Person.display_name), col(Person.is_moderator)).order_by(
    col(Person.id).desc()
)
OPENINGS = select(
    col(Opportunity.public_id),
    col(Opportunity.kind),
    col(Opportunity.starts_on),
    col(Opportunity.published_at),
    col(Opportunity.rubric_id),
).where(col(Opportunity.org_id) == bindparam("org"))
NOBODY = select(col(Email.address)).where(col(Email.person_id) < 0)


def test_each_read_comes_back_as_it_would_alone(make: World) -> None:
    postings.published(make, starts_on=date(2026, 12, 7))
    org = {"org": make.bakery.id}
    with make.read() as db:
        found = Gather(PEOPLE, OPENINGS, NOBODY).read(db, org)
        alone = [
            [tuple(row) for row in db.connection().execute(one, org if one is OPENINGS else {})]
            for one in (PEOPLE, OPENINGS, NOBODY)
        ]
    assert [[tuple(row) for row in rows] for rows in found] == alone
    (opening,) = found[1]
    assert opening.kind is Kind.GIG
    assert opening.starts_on == date(2026, 12, 7)
    assert isinstance(opening.published_at, datetime)
    assert opening.published_at.tzinfo is UTC


def test_things_of_a_model_come_beside_them_in_the_same_statement(make: World) -> None:
    sent: list[str] = []
    count = select(func.count().label("all")).select_from(Membership)
    with make.read() as db:
        event.listen(
            make.engine, "before_cursor_execute", lambda _c, _cursor, said, *_more: sent.append(said)
        )
        db.connection()
        del sent[:]
        gather = Gather(count)
        found, (counted,) = gather.beside(db, Organisation, col(Organisation.id) == make.bakery.id)
        assert len(sent) == 1
        assert found == [db.get(Organisation, make.bakery.id)]
        assert len(sent) == 1, "it is the session's own"
        none, (again,) = gather.beside(db, Organisation, col(Organisation.id) < 0)
    assert none == []
    assert again == counted
    assert counted[0].all > 0
