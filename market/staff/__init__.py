"""An organisation's own people: those who may be asked again, and what its members can do, each by consent.

Nouns
  Pool: people who completed something with an organisation and agreed to be contacted by it, until a day of their own
    choosing; they pause it or take it back at any time. Members who decide on applications read it, keep notes that
    nobody else sees, and invite to openings. What was noted goes with the agreement.
  Skill matrix: members who agreed to stand in it, against the skills and levels the organisation needs. Only owners
    open it. The agreement ends when a member leaves or takes it back.

The pool and the state `pooled` of an application are two things. `pooled` is one application kept for later: the
applicant ticked a box while applying, nothing was done together yet, and the way back is that same application taken
up again (market/applications). The pool here is about a person after finished work, hangs on no application, and its
way on is an invitation to any opening, to which the person applies anew or not.
"""
