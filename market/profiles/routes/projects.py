"""Projects: adding, changing and removing one, with the skills it shows and its files."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.errors import Conflict, Invalid, NotFound, TooLarge
from market.files import service as files
from market.files.queries import files_about, get_file
from market.profiles import queries, rules, sentences, service
from market.profiles.forms import ProjectForm
from market.profiles.models import Project
from market.profiles.projects import Made
from market.skills import forms as skill_forms
from market.skills.forms import NONE, Chosen
from market.skills.models import Skill
from market.web.forms import BLANK, Entry, filled, read
from market.web.kit import Kit
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.seen import overtaken, to_carry
from market.web.uploads import uploads_of
from market.words import _

ROWS = 3


def _form(
    request: Request,
    db: Session,
    actor: Actor,
    project: Project | None,
    entry: Entry[Any],
    skills: dict[int, Chosen],
    status: int = 0,
    stale: Sequence[tuple[str, str]] = (),
) -> Response:
    """The form, with one blank row more than there are skills; `stale` is what was saved meanwhile."""
    wanted = min(rules.MOST_PROJECT_SKILLS, max(ROWS, len(entry.rows("skills")) + 1))
    return render(
        request,
        "profiles/project.html",
        project=project,
        entry=entry,
        rows=[(n, skills.get(n, NONE)) for n in entry.rows("skills", wanted)],
        level_words=sentences.level_words(),
        files=files_about(db, "project", project.id) if project else [],
        seen=to_carry(request, _there(db, project)[0], bool(set(entry.errors) - {"files"}))
        if project
        else "",
        stale=stale,
        status=409 if stale else status or entry.status,
    )


def new(request: Request, db: Session, actor: Actor) -> Response:
    """The form of a project."""
    return _form(request, db, actor, None, BLANK, {})


def edit(request: Request, db: Session, actor: Actor, refused: Invalid | TooLarge | None = None) -> Response:
    """The form of a project that is there, and its files; with why files were `refused`, beside their field."""
    project = queries.get_project(db, actor, request.path_params["id"])
    entry, skills = _there(db, project)
    if refused is not None:
        entry = entry.with_error("files", refused.reason)
    return _form(request, db, actor, project, entry, skills, status=refused.status_code if refused else 0)


def _there(db: Session, project: Project) -> tuple[Entry[Any], dict[int, Chosen]]:
    """The project as its form shows it, and the skill of each row."""
    values: dict[str, Any] = {
        "title": project.title,
        "role": project.role,
        "link": project.link,
        "done_on": project.done_on.isoformat(),
        "text": project.text,
    }
    skills: dict[int, Chosen] = {}
    for n, shown in enumerate(queries.skills_of_projects(db, [project.id]).get(project.id, [])):
        values |= {f"skills-{n}-skill": shown.name, f"skills-{n}-level": str(shown.level)}
        skills[n] = skill_forms.of(db.get_one(Skill, shown.skill_id))
    return filled(**values), skills


def _read(
    request: Request, db: Session, actor: Actor
) -> tuple[Entry[ProjectForm], dict[int, Chosen], dict[int, int]]:
    """The entry, what came of each row's skill, and skill id to level of the rows that are clear."""
    form, entry = request.state.form, read(ProjectForm, request.state.form)
    skills: dict[int, Chosen] = {}
    shown: dict[int, int] = {}
    for n in entry.rows("skills"):
        at = f"skills-{n}-"
        text, level = str(form.get(f"{at}skill") or ""), str(form.get(f"{at}level") or "")
        found = skill_forms.chosen(db, text, str(form.get(f"{at}skill_id") or ""), viewer=actor.id)
        skills[n] = found
        if found.is_blank:
            continue
        if found.skill is None:
            entry = entry.with_error(f"{at}skill", found.error or _("Fill this in."))
        elif found.skill.id in shown:
            entry = entry.with_error(f"{at}skill", _("This skill is named twice."))
        elif level not in ("1", "2", "3", "4", "5"):
            entry = entry.with_error(f"{at}level", _("Choose a level."))
        else:
            shown[found.skill.id] = int(level)
    return entry, skills, shown


def _made(entry: Entry[ProjectForm], shown: dict[int, int]) -> Made:
    data = entry.data
    return Made(
        title=data.title,
        done_on=data.done_on,
        role=data.role,
        text=data.text,
        link=data.link or "",
        skills=shown,
    )


def add(request: Request, db: Session, actor: Actor) -> Response:
    """Put it on the profile, or show the form again with what to mend."""
    entry, skills, shown = _read(request, db, actor)
    if entry.errors:
        return _form(request, db, actor, None, entry, skills)
    try:
        project = service.add_project(db, actor, _made(entry, shown))
    except Invalid as refused:
        return _form(request, db, actor, None, _with_errors(entry, refused), skills)
    except Conflict as refused:
        return _form(request, db, actor, None, entry.with_error("title", refused.reason), skills)
    if request.state.form.get("then") == "files":
        said = _("%(title)s is on your profile. Add its files here.", title=project.title)
        return see_other(
            request, "profiles.edit_project", said=said, anchor="file-list", id=project.public_id
        )
    said = _("%(title)s is on your profile.", title=project.title)
    return see_other(request, "profiles.mine", said=said, anchor="projects")


def change(request: Request, db: Session, actor: Actor) -> Response:
    """Keep what was changed."""
    project = queries.get_project(db, actor, request.path_params["id"])
    entry, skills, shown = _read(request, db, actor)
    if entry.errors:
        return _form(request, db, actor, project, entry, skills)
    db.refresh(project, with_for_update=True)  # what is compared stays as it is
    if stale := overtaken(request, _there(db, project)[0], entry):
        return _form(request, db, actor, project, entry, skills, stale=stale)
    try:
        service.change_project(db, actor, project, _made(entry, shown))
    except Invalid as refused:
        return _form(request, db, actor, project, _with_errors(entry, refused), skills)
    said = _("%(title)s is changed.", title=project.title)
    return see_other(request, "profiles.mine", said=said, anchor="projects")


def _with_errors(entry: Entry[ProjectForm], refused: Invalid) -> Entry[ProjectForm]:
    for name, words in refused.fields.items():
        entry = entry.with_error("skills-0-skill" if name == "skills" else name, words)
    return entry


def remove(request: Request, db: Session, actor: Actor) -> Response:
    """Take it off the profile, its files too."""
    project = queries.get_project(db, actor, request.path_params["id"])
    for file in files_about(db, "project", project.id):
        files.remove(db, actor, file)
    service.remove_project(db, actor, project)
    said = _("%(title)s is removed. What it showed no longer counts.", title=project.title)
    return see_other(request, "profiles.mine", said=said, anchor="projects")


def _look(request: Request, kit: Kit) -> list[files.Prepared] | Invalid | TooLarge:
    """Before the transaction: look at the uploads. A refusal is shown on the page."""
    try:
        return [
            files.prepare(up.name, up.content, kit.settings.upload_max_bytes)
            for up in uploads_of(request, "files")
        ]
    except (Invalid, TooLarge) as refused:
        return refused


def add_files(request: Request, db: Session, actor: Actor) -> Response:
    """Keep files with the project."""
    project = queries.get_project(db, actor, request.path_params["id"])
    ready = request.state.prepared
    try:
        if isinstance(ready, (Invalid, TooLarge)):
            raise ready
        for one in ready:
            files.keep(db, actor, one, about=("project", project.id))
    except (Invalid, TooLarge) as refused:
        return edit(request, db, actor, refused)
    said = _("Choose a file first.") if not ready else _("Kept with %(title)s.", title=project.title)
    return see_other(
        request,
        "profiles.edit_project",
        said=said,
        kind="ok" if ready else "warn",
        anchor="file-list",
        id=project.public_id,
    )


def remove_file(request: Request, db: Session, actor: Actor) -> Response:
    """Take a file away from the project."""
    project = queries.get_project(db, actor, request.path_params["id"])
    file = get_file(db, request.path_params["file"])
    if (file.about_kind, file.about_id) != ("project", project.id):
        raise NotFound(_("There is no such file with this project."))
    files.remove(db, actor, file)
    said = _("%(name)s is removed.", name=file.name)
    return see_other(request, "profiles.edit_project", said=said, anchor="file-list", id=project.public_id)


routes: list[MarketRoute] = [
    page("/me/projects/new", new, name="profiles.new_project", allow=signed_in),
    action("/me/projects", add, name="profiles.add_project", allow=signed_in),
    page("/me/projects/{id}", edit, name="profiles.edit_project", allow=signed_in),
    action("/me/projects/{id}", change, name="profiles.change_project", allow=signed_in),
    action("/me/projects/{id}/remove", remove, name="profiles.remove_project", allow=signed_in),
    action(
        "/me/projects/{id}/files",
        add_files,
        name="profiles.add_files",
        allow=signed_in,
        limit="uploads",
        prepare=_look,
    ),
    action(
        "/me/projects/{id}/files/{file}/remove", remove_file, name="profiles.remove_file", allow=signed_in
    ),
]
