-- Whether somebody has a place, and which locations there are.

-- Whether somebody has a place today, whatever the local matrix lets the asker read: the departure service may not
-- leave while she has. Only for it and for those who may end its part, in a case in which they take part.
CREATE FUNCTION shelter_is_running(which bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT EXISTS (SELECT FROM casework_stay s WHERE s.case_id = which AND s.ended_at IS NULL
                   AND in_force(s.since, s.until))
       AND EXISTS (SELECT FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id
                   JOIN casework_case c ON c.id = which
                   WHERE t.id = ANY (access_teams('teams')) AND t.id = ANY (c.team_ids)
                     AND o.kind IN ('dtv', 'municipality', 'ngo', 'shelter_operator'))
$$;

CREATE POLICY location_read ON casework_location FOR SELECT TO lvv_app
    USING (team_id = ANY (access_teams('teams')) OR EXISTS (
        SELECT FROM partners_team t WHERE t.pilot_id = casework_location.pilot_id
            AND t.id = ANY (access_teams('read_shelter_address'))));

CREATE POLICY location_add ON casework_location FOR INSERT TO lvv_app
    WITH CHECK (pilot_id = ANY (access_teams('coordinates')));

CREATE POLICY location_change ON casework_location FOR UPDATE TO lvv_app
    USING (pilot_id = ANY (access_teams('coordinates')));

GRANT SELECT, INSERT, UPDATE ON casework_location TO lvv_app;

SELECT access_wall_around_history('casework_location', 'casework_historicallocation');

GRANT EXECUTE ON FUNCTION shelter_is_running TO lvv_app;
