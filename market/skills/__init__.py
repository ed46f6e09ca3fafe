"""Skills: the taxonomy, its names and relations, importing it, and finding the skill someone meant.

How another feature asks for a skill
    In the template: `{{ ask.skill(url, 'skill', _('Which skill?'), asked) }}`. It is a text field that offers
    skills while one types, each as a radio button below it, so that it works by keyboard, by screen reader and without
    a script alike. Two values are sent: the text under its own name, and the public id of the radio button under that
    name with `_id` after it. In rows the names are `requirements-0-skill` and `requirements-0-skill_id`.

    In the handler: `asked = forms.chosen(db, text, public_id, viewer=actor.id)`. With `asked.skill` the answer is
    clear; else `asked.error` is the sentence for the field and `asked.options` are what to choose from: hand `asked` to
    the macro again and the person sees them. `forms.of(skill)` is a field that is filled already.

Names of many skills: `queries.skill_names(db, ids)`. Whole names from elsewhere: `service.resolve_one`.
Mergers: subscribe to `skill.merged`; see `service`.
"""
