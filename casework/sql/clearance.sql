-- Entering: the scope of one worker is read once and kept for this transaction only (about half a millisecond).
CREATE FUNCTION access_enter(who integer) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    today date := access_today();
    seats jsonb;
    rights jsonb;
    grants jsonb;
    offices jsonb;
    coordinated text;
    privacy text;
    one record;
BEGIN
    IF access_user() IS NOT NULL AND access_user() <> who THEN
        RAISE EXCEPTION 'another user has entered in this transaction';
    END IF;
    IF NOT EXISTS (SELECT FROM partners_user u WHERE u.id = who AND u.is_active) THEN
        RAISE EXCEPTION 'no such user';
    END IF;
    PERFORM access_leave();
    PERFORM set_config('lvv.user', who::text, true);

    WITH scope AS MATERIALIZED (SELECT * FROM access_scope_at(today) s WHERE s.user_id = who),
    seat AS (
        SELECT s.team_id, s.organisation_id, s.pilot_id,
               jsonb_agg(DISTINCT s.role) AS roles,
               coalesce(jsonb_agg(DISTINCT s.category) FILTER (WHERE s.verb = 'read'), '[]') AS reads,
               coalesce(jsonb_agg(DISTINCT s.category) FILTER (WHERE s.verb = 'write'), '[]') AS writes,
               coalesce(jsonb_agg(DISTINCT s.category) FILTER (WHERE s.verb = 'attend'), '[]') AS attends
        FROM scope s GROUP BY s.team_id, s.organisation_id, s.pilot_id
    )
    SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('team', team_id, 'organisation', organisation_id,
                'pilot', pilot_id, 'roles', roles, 'reads', reads, 'writes', writes, 'attends', attends)
                ORDER BY team_id), '[]')
            FROM seat),
           (SELECT coalesce(jsonb_object_agg(r.name, r.teams), '{}') FROM (
                SELECT s.verb || '_' || s.category AS name, array_agg(DISTINCT s.team_id)::text AS teams
                FROM scope s GROUP BY 1
                UNION ALL
                SELECT 'write', array_agg(DISTINCT s.team_id)::text FROM scope s WHERE s.verb = 'write' HAVING count(*) > 0
                UNION ALL
                SELECT 'teams', array_agg(DISTINCT s.team_id)::text FROM scope s HAVING count(*) > 0) r),
           -- The pilot's coordinator is the municipality's; another organisation may call somebody so for itself.
           (SELECT array_agg(DISTINCT s.pilot_id)::text FROM scope s
            JOIN partners_pilot l ON l.id = s.pilot_id AND l.municipality_id = s.organisation_id
            -- Whoever keeps dossiers after the facility ended coordinates nothing there.
            WHERE s.role = 'coordinator' AND l.state IN ('open', 'winding_down') AND not_over(l.closes_on, today))
    INTO seats, rights, coordinated;
    FOR one IN SELECT key, value FROM jsonb_each_text(rights) LOOP
        PERFORM set_config('lvv.' || one.key, one.value, true);
    END LOOP;
    PERFORM set_config('lvv.coordinates', coalesce(coordinated, ''), true);

    SELECT coalesce(jsonb_agg(jsonb_build_object('case', g.content_object_id, 'person', c.person_id, 'pilot', c.pilot_id,
                'categories', g.categories, 'kind', g.kind, 'until', g.until)), '[]')
    INTO grants
    FROM casework_caseuserobjectpermission g JOIN casework_case c ON c.id = g.content_object_id
    JOIN partners_pilot l ON l.id = c.pilot_id
    WHERE g.user_id = who AND in_force(g.since, g.until, today)
      -- Whoever works for nobody any more has no grants either, nor who came to work where nobody is let in from, or whose own
      -- team takes part by now.
      AND access_grantable(who)
      AND NOT EXISTS (SELECT FROM partners_membership m WHERE m.user_id = who AND m.team_id = ANY (c.team_ids)
                      AND in_force(m.since, m.until, today))
      AND l.state IN ('open', 'winding_down') AND not_over(l.closes_on, today)
      -- A guest reads on the day of a meeting, while it lasts; of one who comes to two, not on the days between.
      AND (g.kind <> 'meeting' OR EXISTS (
          SELECT FROM casework_meetingguest x JOIN casework_meeting m ON m.id = x.meeting_id
          JOIN casework_agendaitem a ON a.meeting_id = m.id AND a.case_id = g.content_object_id AND a.ended_at IS NULL
          WHERE x.user_id = who AND m.on = today AND m.closed_at IS NULL AND m.cancelled_on IS NULL));
    IF grants <> '[]' THEN
        FOR one IN SELECT category.value AS name, array_agg(DISTINCT (g.value ->> 'case')::bigint)::text AS cases
                   FROM jsonb_array_elements(grants) g, jsonb_array_elements_text(g.value -> 'categories') category
                   GROUP BY category.value LOOP
            PERFORM set_config('lvv.granted_' || one.name, one.cases, true);
        END LOOP;
        PERFORM set_config('lvv.granted_person', (
            SELECT array_agg(DISTINCT (g.value ->> 'person')::bigint)::text FROM jsonb_array_elements(grants) g), true);
    END IF;

    SELECT coalesce(jsonb_agg(jsonb_build_object('role', m.role, 'organisation', m.organisation_id)), '[]'),
           coalesce(array_agg(m.organisation_id) FILTER (WHERE m.role IN ('privacy_officer', 'data_protection_officer')), '{}')::text
    INTO offices, privacy
    FROM partners_membership m
    WHERE m.user_id = who AND m.team_id IS NULL AND in_force(m.since, m.until, today);
    PERFORM set_config('lvv.privacy', privacy, true);
    RETURN jsonb_build_object('seats', seats, 'grants', grants, 'offices', offices,
        'coordinates', to_jsonb(coalesce(coordinated, '{}')::bigint[]),
        -- Pilots of which her teams keep dossiers after the facility ended.
        'keeps', (SELECT coalesce(jsonb_agg(DISTINCT c.pilot_id), '[]') FROM casework_involvement v
                  JOIN casework_case c ON c.id = v.case_id WHERE v.team_id = ANY (access_teams('teams'))
                      AND v.ground = 'custody' AND v.counted),
        'organisation', (SELECT m.organisation_id FROM partners_membership m WHERE m.user_id = who
                             AND in_force(m.since, m.until, today) ORDER BY m.id LIMIT 1));
END
$$;

GRANT EXECUTE ON FUNCTION access_enter TO lvv_app;
