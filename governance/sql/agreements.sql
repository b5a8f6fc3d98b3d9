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
                            WHERE y.convenant_id = c.id AND y.stands_on_id IS NULL AND (y.signed_on IS NULL OR y.signed_on > day))
        END
$$;

-- A proposal leads to a version only when everybody who was to agree has agreed.
CREATE FUNCTION proposal_is_agreed() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF EXISTS (SELECT FROM governance_approval a WHERE a.proposal_id = NEW.id AND a.confirmed_at IS NULL) THEN
        RAISE EXCEPTION 'not every party has agreed to this proposal' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER proposal_agreed BEFORE UPDATE OF result_id ON governance_proposal
    FOR EACH ROW WHEN (NEW.result_id IS NOT NULL) EXECUTE FUNCTION proposal_is_agreed();

GRANT SELECT, INSERT ON governance_convenantarticle TO lvv_app;

GRANT SELECT, INSERT, UPDATE ON governance_convenant, governance_convenantparty,
    governance_convenantgroupobjectpermission, governance_proposal, governance_approval, governance_historicalconvenant,
    governance_historicalconvenantparty, governance_historicalapproval TO lvv_app;

GRANT SELECT ON governance_convenant, governance_convenantparty, governance_convenantarticle,
    governance_convenantgroupobjectpermission TO lvv_jobs;

GRANT SELECT ON auth_group, auth_permission, django_content_type TO lvv_app, lvv_jobs;

GRANT INSERT ON auth_group TO lvv_app;

GRANT EXECUTE ON FUNCTION access_convenants_at TO lvv_app, lvv_jobs;
