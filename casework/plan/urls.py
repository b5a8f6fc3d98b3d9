from django.urls import path

from casework.plan import views

urlpatterns = [
    # plan: scenario, goals and actions
    path("casussen/<uuid:reference>/plan/", views.plan, name="plan"),
    path("casussen/<uuid:reference>/plan/voor-de-persoon/", views.plan_person, name="plan_person"),
    path("casussen/<uuid:reference>/plan/<uuid:record>/", views.action_done, name="action_done"),
]
