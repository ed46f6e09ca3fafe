"""Addresses by name: the quick look-up says what Starlette says."""

import pytest
from starlette.routing import NoMatchFound, Route

from market.app import create_app
from market.config import Settings
from market.web.addresses import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return create_app(Settings(data=tmp_path_factory.mktemp("data"), demo=True))


def test_every_address_is_the_one_that_starlette_makes(site: Site) -> None:
    for route in site.router.routes:
        if isinstance(route, Route):
            given = dict.fromkeys(route.param_convertors, 7)
            assert site.url_path_for(route.name, **given) == site.router.url_path_for(route.name, **given)
    assert site.url_path_for("static", path="css/base.css") == "/static/css/base.css"


def test_a_name_that_is_not_there_and_wrong_parameters_are_refused(site: Site) -> None:
    for name, given in (
        ("no.such", {}),
        ("opportunities.show", {}),
        ("opportunities.browse", {"id": "abc"}),
    ):
        with pytest.raises(NoMatchFound):
            site.url_path_for(name, **given)
    with pytest.raises(AssertionError):
        site.url_path_for("opportunities.show", id="a/b")
