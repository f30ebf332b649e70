"""The words of events, in plain letters: what happened, and the headers that say so (`…_SAID`), in English and Turkish."""

from __future__ import annotations

SALES_WORDS = frozenset(
    "call calls called phone email emails mail mails meeting meetings sms whatsapp linkedin message messages voicemail visit demo "
    "arama aramalar telefon eposta posta mesaj toplanti gorusme ziyaret sunum".split()
)
"""Words for what sales does."""
PERSON_WORDS = frozenset(
    "form forms submission submitted click clicked clicks download downloaded pageview page view webinar chat subscribe "
    "open opens subscribed subscription signup registration registered opened tiklama indirme goruntuleme sohbet abonelik basvuru".split()
)
"""Words for what the person does."""
MAIL_WORDS = frozenset("sent delivered processed bounce bounced dropped deferred".split())
"""Words for what a mailing system reports of itself."""
PAPER_WORDS = frozenset("note notes task tasks todo not gorev".split())
"""Words for what is written down or planned, and reaches nobody."""

ACTIVITY_SAID = ("activity", "engagement type", "event type", "touch", "interaction", "task type", "task subtype", "aktivite", "etkinlik", "etkilesim", "temas")  # fmt: skip
KINDS_SAID = ("type", "event", "event type", "kind", "tur", "tip")
BEFORE_SAID = ("from stage", "old value", "old stage", "previous", "eski", "onceki")
AFTER_SAID = ("to stage", "new value", "new stage", "next stage", "value", "yeni")
PROPERTY_SAID = ("field", "property", "property name", "name", "alan", "ozellik")
HANDED_SAID = ("assigned", "assignment", "handed", "handover", "routed", "atama", "atanma", "devir")
HAPPENED_SAID = ("activity", "timestamp", "occurred", "happened", "completed", "entered", "changed", "sent", "logged", "event", *HANDED_SAID)  # fmt: skip
ENTERED_SAID = ("date entered", "entered", "stage changed", "changed at", "changed on")
FORM_SAID = ("form id", "form name", "form", "page url", "landing page", "form adi")
EVENT_KEYS = tuple(
    f"{event} id"
    for event in "activity event history touch task engagement call meeting log conversion submission".split()
)
PERSON_SAID = (
    "first name",
    "last name",
    "firstname",
    "lastname",
    "email",
    "phone",
    "ad soyad",
    "soyad",
    "eposta",
    "telefon",
)
SPENT_SAID = ("spend", "spent", "cost", "costs", "harcama", "maliyet", "gider")
CHANNEL_SAID = ("category", "channel", "source", "medium", "kategori", "kanal", "kaynak")
STAGE_PROPERTIES = frozenset("stage stagename dealstage leadstatus lifecyclestage status asama durum".split())
