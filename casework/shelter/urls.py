from django.urls import path

from casework.shelter import views

urlpatterns = [
    # location_: where people stay
    path("opvang/locaties/", views.location_list, name="location_list"),
    path("opvang/locaties/nieuw/<slug:slug>/", views.location_add, name="location_add"),
    path("opvang/locaties/<uuid:reference>/", views.location_change, name="location_change"),
]
