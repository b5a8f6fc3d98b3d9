-- Criteria and letters of a pilot, and the classes of outcomes: they name nobody.

CREATE POLICY criteria_read ON casework_criterialist FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM partners_team t WHERE t.pilot_id = casework_criterialist.pilot_id AND t.id = ANY (access_teams('teams'))));

CREATE POLICY criteria_add ON casework_criterialist FOR INSERT TO lvv_app WITH CHECK (pilot_id = ANY (access_teams('coordinates')));

GRANT SELECT, INSERT ON casework_criterialist TO lvv_app;

CREATE POLICY letter_read ON casework_lettertemplate FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM partners_team t WHERE t.pilot_id = casework_lettertemplate.pilot_id AND t.id = ANY (access_teams('teams'))));

CREATE POLICY letter_add ON casework_lettertemplate FOR INSERT TO lvv_app WITH CHECK (pilot_id = ANY (access_teams('coordinates')));

GRANT SELECT, INSERT ON casework_lettertemplate TO lvv_app;

GRANT SELECT ON casework_outcomeclass TO lvv_app, lvv_jobs;
