from django.urls import path

from casework.outcomes import views

urlpatterns = [
    # exit, claim, check: how it ended and whether it holds
    path("casussen/<uuid:reference>/uitstroom/", views.exit_page, name="exit"),
    path(
        "casussen/<uuid:reference>/uitstroom/voorstellen/",
        views.exit_propose,
        name="exit_propose",
    ),
    path(
        "casussen/<uuid:reference>/uitstroom/bevestigen/",
        views.exit_confirm,
        name="exit_confirm",
    ),
    path(
        "casussen/<uuid:reference>/uitstroom/intrekken/",
        views.exit_withdraw,
        name="exit_withdraw",
    ),
    path(
        "casussen/<uuid:reference>/uitstroom/vaststellen/",
        views.exit_establish,
        name="exit_establish",
    ),
    path(
        "casussen/<uuid:reference>/uitstroom/terugdraaien/",
        views.exit_undo,
        name="exit_undo",
    ),
    path(
        "casussen/<uuid:reference>/uitstroom/antwoorden/",
        views.claim_answer,
        name="claim_answer",
    ),
    path("casussen/<uuid:reference>/uitstroom/controleren/", views.check_add, name="check_add"),
    path(
        "casussen/<uuid:reference>/uitstroom/controle/terug/",
        views.check_take_back,
        name="check_take_back",
    ),
]
