-- Which agreements are in force on a day, and who may write them down.

-- In force: begun, not ended, and signed by all its parties. A proposed version counts as in force, in the place of
-- the others of its pilot and kind.
CREATE FUNCTION access_convenants_at(day date, proposed bigint DEFAULT NULL) RETURNS SETOF governance_convenant
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT c.* FROM governance_convenant c
    WHERE CASE
        WHEN c.id = proposed THEN true
        WHEN EXISTS (SELECT FROM governance_convenant p
                     WHERE p.id = proposed AND p.pilot_id = c.pilot_id AND p.kind = c.kind) THEN false
        ELSE in_force(c.in_force_from, c.in_force_until, day)
            AND EXISTS (SELECT FROM governance_convenantparty y WHERE y.convenant_id = c.id)
            AND NOT EXISTS (SELECT FROM governance_convenantparty y
                            WHERE y.convenant_id = c.id AND (y.signed_on IS NULL OR y.signed_on > day))
        END
$$;

GRANT SELECT, INSERT, UPDATE ON governance_convenant, governance_convenantparty, governance_convenantarticle,
    governance_convenantgroupobjectpermission, governance_proposal, governance_historicalconvenant TO lvv_app;

GRANT SELECT ON governance_convenant, governance_convenantparty, governance_convenantarticle,
    governance_convenantgroupobjectpermission TO lvv_jobs;

GRANT SELECT ON auth_group, auth_permission, django_content_type TO lvv_app, lvv_jobs;

GRANT INSERT ON auth_group TO lvv_app;

GRANT EXECUTE ON FUNCTION access_convenants_at TO lvv_app, lvv_jobs;
