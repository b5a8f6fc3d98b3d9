from django.urls import path

from casework.journal import views

urlpatterns = [
    # note_: the journal
    path("casussen/<uuid:reference>/notities/nieuw/", views.note_add, name="note_add"),
    path("casussen/<uuid:reference>/notities/lezers/", views.note_readers, name="note_readers"),
]
