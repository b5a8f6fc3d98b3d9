from django.urls import path

from casework.intake import (
    criteria_views,
    dossier_request_views,
    list_views,
    referral_views,
    views,
)

urlpatterns = [
    # intake: from the first conversation to the dossiers
    path("intake/", list_views.intake_list, name="intake_list"),
    path("intake/criteria/<slug:slug>/", criteria_views.criteria, name="criteria"),
    path(
        "casussen/<uuid:reference>/verwijzing/", referral_views.case_referral, name="case_referral"
    ),
    path("casussen/<uuid:reference>/intake/", views.intake, name="intake"),
    path("casussen/<uuid:reference>/intake/verslag/", views.intake_report, name="intake_report"),
    path("casussen/<uuid:reference>/intake/stoppen/", views.intake_stop, name="intake_stop"),
    path("casussen/<uuid:reference>/intake/lezers/", views.intake_readers, name="intake_readers"),
    path("casussen/<uuid:reference>/intake/<slug:page>/", views.intake_page, name="intake_page"),
    path(
        "casussen/<uuid:reference>/dossiers/opvragen/",
        dossier_request_views.dossiers_request,
        name="dossiers_request",
    ),
]
