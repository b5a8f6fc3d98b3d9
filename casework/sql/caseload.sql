-- How much work an account leaves behind: numbers of each team, for who administers or coordinates the team's organisation.
-- Whose cases they are it does not say.
CREATE FUNCTION caseload_of(who integer) RETURNS TABLE (team text, managed bigint, contact bigint) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    WITH hers AS (
        SELECT DISTINCT t.id, o.name FROM partners_membership b
        JOIN partners_team t ON t.id = b.team_id JOIN partners_organisation o ON o.id = t.organisation_id
        WHERE b.user_id = who AND EXISTS (
            SELECT FROM partners_membership m WHERE m.user_id = access_user() AND m.organisation_id = o.id
              AND m.role IN ('functional_admin', 'coordinator') AND in_force(m.since, m.until)))
    SELECT x.name, x.managed, x.contact FROM (
        SELECT h.id, h.name,
            (SELECT count(*) FROM casework_case c WHERE c.case_manager_id = who AND c.lead_team_id = h.id
               AND (c.left_on IS NULL OR EXISTS (SELECT FROM casework_progress g WHERE g.case_id = c.id AND g.state IN ('exited', 'in_aftercare')))) AS managed,
            (SELECT count(*) FROM casework_involvement v JOIN casework_case c ON c.id = v.case_id
             WHERE v.worker_id = who AND v.team_id = h.id AND in_force(v.since, v.until) AND c.left_on IS NULL) AS contact
        FROM hers h) x
    WHERE x.managed + x.contact > 0 ORDER BY x.name, x.id
$$;

GRANT EXECUTE ON FUNCTION caseload_of TO lvv_app;
