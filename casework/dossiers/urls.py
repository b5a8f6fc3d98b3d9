from django.urls import path

from casework.dossiers import (
    address_views,
    correction_views,
    delivery_views,
    end_views,
    fact_check_views,
    record_day_views,
    step_day_views,
    views,
)

RECORD = "casussen/<uuid:reference>/dossier/<slug:kind>/<uuid:record>/"
urlpatterns = [
    path("intake/dossiers/", delivery_views.dossiers_deliver, name="dossiers_deliver"),
    # record_: the dossiers
    path("casussen/controleren/", fact_check_views.records_check, name="records_check"),
    path(
        "casussen/<uuid:reference>/dossier/<slug:kind>/nieuw/",
        views.record_add,
        name="record_add",
    ),
    path(
        "casussen/<uuid:reference>/dossier/<slug:kind>/lezers/",
        views.record_readers,
        name="record_readers",
    ),
    path(
        "casussen/<uuid:reference>/stappen/<uuid:step>/dag/",
        step_day_views.step_day,
        name="step_day",
    ),
    path(RECORD, views.record_detail, name="record_detail"),
    path(f"{RECORD}wijzigen/", views.record_change, name="record_change"),
    path(f"{RECORD}beeindigen/", end_views.record_end, name="record_end"),
    path(f"{RECORD}intrekken/", end_views.record_withdraw, name="record_withdraw"),
    path(f"{RECORD}corrigeren/", correction_views.record_correct, name="record_correct"),
    path(f"{RECORD}dagen/", record_day_views.record_days, name="record_days"),
    path("lso/<uuid:reference>/dag/", record_day_views.meeting_day, name="meeting_day"),
    path(f"{RECORD}antwoorden/", correction_views.record_answer, name="record_answer"),
    path(
        "casussen/<uuid:reference>/verblijf/<uuid:record>/adres/",
        address_views.stay_address,
        name="stay_address",
    ),
]
