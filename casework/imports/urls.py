from django.urls import path

from casework.imports import views

urlpatterns = [
    # import_: lists that are taken over
    path("personen/invoer/", views.import_list, name="import_list"),
    path("personen/invoer/<uuid:reference>/", views.import_detail, name="import_detail"),
    path(
        "personen/invoer/<uuid:reference>/voortgang/",
        views.import_progress,
        name="import_progress",
    ),
]
