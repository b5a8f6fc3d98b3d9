from django.urls import include, path

from partners.organisations import views

pages = (
    [
        path("pilots/", views.pilot_list, name="pilot_list"),
        path("pilots/<uuid:reference>/", views.pilot_detail, name="pilot_detail"),
    ],
    "partners",
)
urlpatterns = [path("", include(pages))]
