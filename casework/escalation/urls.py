from django.urls import path

from casework.escalation import views

PAGE = "casussen/<uuid:reference>/opschaling/"
urlpatterns = [
    path(PAGE, views.escalation, name="escalation"),
    path(f"{PAGE}vraag/", views.escalation_ask, name="escalation_ask"),
    path(f"{PAGE}inbreng/", views.escalation_part, name="escalation_part"),
    path(f"{PAGE}lid/", views.escalation_member, name="escalation_member"),
    path(f"{PAGE}lid/ontslaan/", views.escalation_dismiss, name="escalation_dismiss"),
    path(f"{PAGE}advies/", views.escalation_advice, name="escalation_advice"),
    path(f"{PAGE}antwoord/", views.escalation_answer, name="escalation_answer"),
    path(f"{PAGE}termijn/", views.escalation_extend, name="escalation_extend"),
    path(f"{PAGE}intrekken/", views.escalation_withdraw, name="escalation_withdraw"),
]
