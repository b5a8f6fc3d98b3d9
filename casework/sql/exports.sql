-- Who exported what, and why: for herself and the privacy officer of her organisation.

CREATE POLICY export_own ON casework_export FOR SELECT TO lvv_app
    USING (owner_id = access_user() OR organisation_id = ANY (access_teams('privacy')));

CREATE POLICY export_add ON casework_export FOR INSERT TO lvv_app WITH CHECK (owner_id = access_user());

GRANT SELECT, INSERT ON casework_export TO lvv_app;
