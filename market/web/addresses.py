"""Addresses of routes by their names, looked up instead of searched for.

Starlette tries route after route for each address. A page has some fifty addresses and the site about a hundred
routes, so that search would be most of the work of a page.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.convertors import Convertor
from starlette.datastructures import URLPath
from starlette.routing import Route, compile_path


class _Way(NamedTuple):
    """How to make the address of one route; `fixed` where nothing is to be filled in."""

    names: frozenset[str]
    fill: Callable[..., str]
    convertors: dict[str, Convertor[Any]]
    fixed: URLPath | None


class Site(Starlette):
    """The application, quick to say where a route is. Its routes are all there before the first request."""

    @cached_property
    def _ways(self) -> dict[str, _Way]:
        found: dict[str, _Way] = {}
        for route in self.router.routes:
            if isinstance(route, Route) and route.name not in found:
                _regex, form, convertors = compile_path(route.path)
                fixed = URLPath(form, protocol="http") if not convertors else None
                found[route.name] = _Way(frozenset(convertors), form.format, convertors, fixed)
        return found

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of a route; `NoMatchFound` as from Starlette where no route has this name and these parameters."""
        way = self._ways.get(name)
        if way is None or way.names != path_params.keys():
            return super().url_path_for(name, **path_params)
        if way.fixed is not None:
            return way.fixed
        filled = {key: way.convertors[key].to_string(value) for key, value in path_params.items()}
        return URLPath(way.fill(**filled), protocol="http")
