-- Who reads the audit log, and by which case numbers.

-- As CaseReader.manages: who left the team keeps nothing of it.
CREATE FUNCTION access_manages(c casework_case) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT c.case_manager_id = access_user() AND (c.lead_team_id = ANY (access_teams('teams')) OR EXISTS (
        SELECT FROM casework_involvement v WHERE v.case_id = c.id AND v.ground = 'registered' AND v.counted
            AND v.team_id = ANY (access_teams('teams'))))
$$;

-- References of the cases I manage.
CREATE FUNCTION access_managed_cases() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT coalesce(array_agg(c.reference), '{}') FROM casework_case c
    WHERE c.case_manager_id = access_user() AND access_manages(c) AND c.team_ids && access_teams('read_identity')
$$;

-- Whether somebody of whom one of these is the person's reference is mine to look after, and who tried to open her has or
-- had no part in a case of hers in another pilot: to be told of that refusal would say that she is there.
CREATE FUNCTION access_tried(tried uuid[], actor integer) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT EXISTS (
        SELECT FROM casework_person p JOIN casework_case c ON c.person_id = p.id
        WHERE p.reference = ANY (tried) AND c.case_manager_id = access_user() AND access_manages(c)
          AND c.team_ids && access_teams('read_identity') AND NOT EXISTS (
            SELECT FROM partners_membership m JOIN casework_involvement v ON v.team_id = m.team_id
            JOIN casework_case e ON e.id = v.case_id JOIN casework_person ep ON ep.id = e.person_id
            WHERE m.user_id = actor AND ep.same_as = p.same_as AND e.pilot_id <> c.pilot_id))
$$;

-- The case manager reads who looked at her cases, and who tried to open their persons; the privacy officer what her organisation's people did; the
-- coordinator what was changed in who takes part in her pilot.
CREATE POLICY audit_of_my_cases ON audit_log FOR SELECT TO lvv_app
    USING (cases && (SELECT access_managed_cases()) OR outcome <> 'done' AND access_tried(cases, actor_id));

CREATE POLICY audit_of_my_organisation ON audit_log FOR SELECT TO lvv_app
    USING (actor_org_id = ANY (access_teams('privacy')));

CREATE POLICY audit_of_my_pilot ON audit_log FOR SELECT TO lvv_app
    USING (pilot_id = ANY (access_teams('coordinates')));

-- The background signs the head of the chain and checks it.
CREATE POLICY audit_head ON audit_log FOR SELECT TO lvv_jobs USING (true);

-- A privacy officer works with case numbers, though she opens no case: only of cases that her own people saw. An attempt
-- that was refused, or broke, has no number here: it would say that the address somebody tried is a case.
CREATE FUNCTION accountability_case_numbers(wanted uuid[]) RETURNS TABLE (reference uuid, number text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT c.reference, c.number::text FROM casework_case c
    WHERE c.reference = ANY (wanted) AND EXISTS (
        SELECT FROM audit_log a WHERE a.cases && ARRAY[c.reference] AND a.outcome = 'done'
            AND a.actor_org_id = ANY (access_teams('privacy')))
$$;

CREATE FUNCTION accountability_case_reference(wanted text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT c.reference FROM casework_case c
    WHERE c.number = wanted AND EXISTS (
        SELECT FROM audit_log a WHERE a.cases && ARRAY[c.reference] AND a.outcome = 'done'
            AND a.actor_org_id = ANY (access_teams('privacy')))
$$;

GRANT EXECUTE ON FUNCTION access_managed_cases, access_tried, accountability_case_numbers,
    accountability_case_reference TO lvv_app;
