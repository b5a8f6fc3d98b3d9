-- Who takes part: what the web and the background may do in its tables.

GRANT USAGE ON SCHEMA public TO lvv_app, lvv_jobs;

GRANT SELECT, INSERT, UPDATE ON partners_user, partners_organisation, partners_pilot, partners_team,
    partners_membership, partners_invitation, partners_factorreset, partners_outboxmessage,
    partners_historicalorganisation, partners_historicalpilot, partners_historicalteam, partners_historicalmembership,
    partners_historicaluser
    TO lvv_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON partners_session TO lvv_app, lvv_jobs;

GRANT SELECT ON partners_user, partners_organisation, partners_pilot, partners_team, partners_membership TO lvv_jobs;

GRANT SELECT, UPDATE ON partners_outboxmessage TO lvv_jobs;
