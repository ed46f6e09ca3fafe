"""The tables of the site as Django's models, unmanaged: only the columns that the page needs."""

from django.db import models


class Unmanaged(models.Model):
    class Meta:
        abstract = True
        managed = False
        app_label = "django_site"


class Person(Unmanaged):
    public_id = models.CharField(max_length=16)
    status = models.TextField()
    display_name = models.TextField(null=True)
    time_zone = models.TextField()
    language = models.TextField()
    is_moderator = models.BooleanField()
    is_admin = models.BooleanField()
    unread_count = models.IntegerField()

    class Meta(Unmanaged.Meta):
        db_table = "person"


class SignInSession(Unmanaged):
    token_sha256 = models.CharField(max_length=64, primary_key=True)
    public_id = models.CharField(max_length=16)
    person = models.ForeignKey(Person, models.CASCADE)
    expires_at = models.DateTimeField()

    class Meta(Unmanaged.Meta):
        db_table = "session"


class Email(Unmanaged):
    person = models.ForeignKey(Person, models.CASCADE)
    verified_at = models.DateTimeField(null=True)

    class Meta(Unmanaged.Meta):
        db_table = "email"


class Organisation(Unmanaged):
    public_id = models.CharField(max_length=16)
    name = models.TextField()

    class Meta(Unmanaged.Meta):
        db_table = "organisation"


class Membership(Unmanaged):
    org = models.ForeignKey(Organisation, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE)
    role = models.TextField()
    ended_at = models.DateTimeField(null=True)

    class Meta(Unmanaged.Meta):
        db_table = "membership"


class Skill(Unmanaged):
    name = models.TextField()

    class Meta(Unmanaged.Meta):
        db_table = "skill"


class PersonSkill(Unmanaged):
    pk = models.CompositePrimaryKey("skill_id", "person_id")
    skill = models.ForeignKey(Skill, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE)
    level = models.IntegerField()

    class Meta(Unmanaged.Meta):
        db_table = "person_skill"


class Opportunity(Unmanaged):
    public_id = models.CharField(max_length=16)
    org = models.ForeignKey(Organisation, models.CASCADE)
    kind = models.TextField()
    status = models.TextField()
    version = models.IntegerField()
    title = models.TextField()
    summary = models.TextField()
    hours = models.IntegerField()
    weeks = models.IntegerField()
    starts_on = models.DateField(null=True)
    starts_by = models.DateField(null=True)
    pay_basis = models.TextField()
    pay_minor = models.IntegerField()
    currency = models.CharField(max_length=3)
    invited_count = models.IntegerField()
    mode = models.TextField()
    place = models.TextField()
    deadline_at = models.DateTimeField(null=True)
    answer_days = models.IntegerField()
    published_at = models.DateTimeField(null=True)

    class Meta(Unmanaged.Meta):
        db_table = "opportunity"

    @property
    def hourly_minor(self) -> int:
        """What the whole pay comes to for an hour."""
        return self.pay_minor // max(1, self.hours)


class Requirement(Unmanaged):
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="requirements")
    skill = models.ForeignKey(Skill, models.CASCADE)
    version = models.IntegerField()
    position = models.IntegerField()
    level = models.IntegerField()
    essential = models.BooleanField()
    weight = models.IntegerField()

    class Meta(Unmanaged.Meta):
        db_table = "requirement"
