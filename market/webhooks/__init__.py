"""Webhooks: completion packets handed to an organisation's HR system, for members who agreed to it.

Nouns
  Hook: one address of one organisation, https alone, with a secret that it is told once. One an organisation.
  Consent: a member's own word that their packets go there. It ends when they leave or take it back, and whoever comes
    back agrees anew.
  Hand-over: one delivery, with a number that stays through every try. States: waiting -> done | dead | dropped.

Signed as the Standard Webhooks specification says (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp` and
`webhook-signature`, an HMAC with SHA-256 over the three. After a rotation the old secret signs beside the new one for a
day. What is sent goes through market/net/fetch with all that it refuses; it is tried eight times over a day and a half.
Neither the secret nor what was sent or answered is ever written to a log or told in an event.
"""
