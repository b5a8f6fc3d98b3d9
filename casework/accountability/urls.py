from django.urls import path

from casework.accountability import views

urlpatterns = [
    # who looked
    path("verantwoording/", views.readings, name="readings"),
    path("verantwoording/verwerkingen/", views.activities, name="activities"),
]
