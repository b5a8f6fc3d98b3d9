from django.contrib import admin
from django.urls import include, path

from lvv import views

urlpatterns = [
    path("", include("partners.accounts.urls")),
    path("", include("partners.urls")),
    path("", include("governance.urls")),
    path("", include("casework.urls")),
    path("beheer/", admin.site.urls),
    path("gezond/", views.health, name="health"),
    path("taal/", views.set_language, name="set_language"),
    path("csp-rapport/", views.csp_report, name="csp_report"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]
handler400 = views.bad_request
handler403 = views.denied
handler404 = views.not_found
handler500 = views.server_error
