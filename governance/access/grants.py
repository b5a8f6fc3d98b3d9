"""django-guardian's two abstract bases: the only door to that package (ruff TID251 elsewhere).

Its own checks (`has_perm`, `get_objects_for_user`) are never asked: they know no dates. The rows
are facts that the database judges in access_scope_at() and access_enter().
"""

from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

__all__ = ["GroupObjectPermissionBase", "UserObjectPermissionBase"]
