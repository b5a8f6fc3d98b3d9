from allauth.account import views as account
from django.urls import include, path

from partners.accounts import views

urlpatterns = [
    path("inloggen/", account.login, name="account_login"),
    path("account/", views.account, name="account_home"),
    path("account/sessies/", views.end_other_sessions, name="account_end_sessions"),
    path("account/afgesloten/", account.account_inactive, name="account_inactive"),
    path("uitloggen/", account.logout, name="account_logout"),
    path("account/wachtwoord/", account.password_change, name="account_change_password"),
    path("account/bevestigen/", account.reauthenticate, name="account_reauthenticate"),
    path("account/tweede-factor/", include("allauth.mfa.urls")),
    path("uitnodiging/<str:token>/", views.invitation, name="invitation"),
    path("sessie/", views.session_state, name="session_state"),
    path("sessie/verlengen/", views.session_prolong, name="session_prolong"),
    path("sessie/heropenen/", views.session_reopen, name="session_reopen"),
    # Names the sign-in package links to, of pages this application does not have: nobody signs
    # herself up, and a forgotten password is mended by a new invitation.
    path("account/gesloten/1/", views.closed, name="account_signup"),
    path("account/gesloten/2/", views.closed, name="account_reset_password"),
    path("account/gesloten/3/", views.closed, name="account_email"),
    path("account/gesloten/4/", views.closed, name="account_set_password"),
]
