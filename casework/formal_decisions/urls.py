from django.urls import path

from casework.formal_decisions import views

urlpatterns = [
    # formal_decision: what the municipality decides, and the letter
    path(
        "casussen/<uuid:reference>/besluit/",
        views.formal_decision_add,
        name="formal_decision_add",
    ),
    path(
        "casussen/<uuid:reference>/besluit/<uuid:record>/",
        views.formal_decision,
        name="formal_decision",
    ),
    path("casussen/<uuid:reference>/heroverwegen/", views.case_reopen, name="case_reopen"),
    path("lso/brieven/<slug:slug>/", views.letters, name="letters"),
]
