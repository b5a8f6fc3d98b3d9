from django.urls import path

from casework.conference import (
    agenda_views,
    attendance_views,
    item_views,
    meeting_views,
    minutes_views,
)

urlpatterns = [
    # meeting_, agenda_: the case conference
    path("lso/", meeting_views.meeting_list, name="meeting_list"),
    path("lso/niet-besproken/", meeting_views.undiscussed_list, name="undiscussed_list"),
    path("lso/plannen/<slug:slug>/", meeting_views.meeting_plan, name="meeting_plan"),
    path("lso/vastleggen/<slug:slug>/", meeting_views.meeting_held, name="meeting_held"),
    path("lso/<uuid:reference>/", meeting_views.meeting_detail, name="meeting_detail"),
    path("lso/<uuid:reference>/verplaatsen/", meeting_views.meeting_move, name="meeting_move"),
    path("lso/<uuid:reference>/afgelasten/", meeting_views.meeting_cancel, name="meeting_cancel"),
    path(
        "lso/<uuid:reference>/aanwezig/",
        attendance_views.meeting_attendance,
        name="meeting_attendance",
    ),
    path("lso/<uuid:reference>/verslag/", minutes_views.minutes, name="minutes"),
    path("lso/<uuid:reference>/verslag.pdf", minutes_views.minutes_pdf, name="minutes_pdf"),
    path("lso/<uuid:reference>/<slug:act>/", meeting_views.meeting_act, name="meeting_act"),
    path("lso/punt/<uuid:reference>/", item_views.agenda_item, name="agenda_item"),
    path("lso/punt/<uuid:reference>/scherm/", item_views.agenda_room, name="agenda_room"),
    path("lso/punt/<uuid:reference>/standpunt/", item_views.position_take, name="position_take"),
    path("lso/punt/<uuid:reference>/namens/", item_views.position_behalf, name="position_behalf"),
    path("lso/punt/<uuid:reference>/wijzigen/", agenda_views.item_change, name="item_change"),
    path("lso/punt/<uuid:reference>/besluit/", item_views.agenda_decide, name="agenda_decide"),
    path("lso/punt/<uuid:reference>/<slug:act>/", item_views.agenda_change, name="agenda_change"),
    path("casussen/<uuid:reference>/lso/", agenda_views.case_conference, name="conference"),
    path("casussen/<uuid:reference>/lso/agenderen/", agenda_views.agenda_add, name="agenda_add"),
]
