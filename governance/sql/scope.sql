-- Who may see what, from the facts and for a day: the one definition of rule R21; and what a
-- transaction keeps of it.

-- One row for each user, team and right: pilot open or winding down (or a custody agreement), membership in force, account open, convenant in
-- force to which the team's organisation is party, and a cell. Involvement is judged on the case, by its team_ids. What
-- the aliens police may read of the conference it reads only of the items it attends: there it attends, and does not read.
CREATE FUNCTION access_scope_at(day date, proposed_convenant bigint DEFAULT NULL)
    RETURNS TABLE (user_id integer, membership_id bigint, role text, team_id integer, organisation_id bigint,
                   pilot_id bigint, verb text, category text, convenant_id bigint, cell_id bigint, until date)
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT m.user_id, m.id, m.role::text, t.id, t.organisation_id, t.pilot_id,
           CASE WHEN p.codename = 'read_conference' AND o.kind = 'avim' THEN 'attend' ELSE split_part(p.codename, '_', 1) END,
           substr(p.codename, strpos(p.codename, '_') + 1),
           c.id, cell.id::bigint, least(m.until, c.in_force_until, CASE WHEN c.kind <> 'custody_agreement' THEN l.closes_on END)
    FROM partners_membership m
    JOIN partners_user u ON u.id = m.user_id AND u.is_active
    JOIN partners_team t ON t.id = m.team_id
    JOIN partners_organisation o ON o.id = t.organisation_id
    JOIN partners_pilot l ON l.id = t.pilot_id
    JOIN governance_convenantgroupobjectpermission cell ON cell.group_id = t.group_id
    JOIN auth_permission p ON p.id = cell.permission_id
    JOIN access_convenants_at(day, proposed_convenant) c ON c.id = cell.content_object_id AND c.pilot_id = t.pilot_id
    JOIN governance_convenantparty y ON y.convenant_id = c.id AND y.organisation_id = t.organisation_id
    WHERE in_force(m.since, m.until, day)
      -- A custody agreement begins to count when the pilot is closed: then everybody but a recipient has left every case.
      AND CASE WHEN c.kind = 'custody_agreement' THEN p.codename LIKE 'read\_%' AND l.state = 'closed'
               ELSE l.state IN ('open', 'winding_down') AND not_over(l.closes_on, day) END
$$;

CREATE VIEW access_effective_scope AS SELECT s.* FROM access_scope_at(access_today()) s;

-- What access_enter() stored, read back. STABLE and inlined, so that the planner knows the value; `nullif`, because a
-- setting that was set once is '' and not NULL in later transactions of the same connection.
CREATE FUNCTION access_teams(name text) RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('lvv.' || name, true), ''), '{}')::integer[] $$;

CREATE FUNCTION access_granted(category text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('lvv.granted_' || category, true), ''), '{}')::bigint[] $$;

CREATE FUNCTION access_user() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('lvv.user', true), '')::integer $$;

-- Everything access_enter() may have set, back to nothing.
CREATE FUNCTION access_leave() RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    category text;
BEGIN
    FOREACH category IN ARRAY access_categories() LOOP
        PERFORM set_config('lvv.read_' || category, '', true), set_config('lvv.write_' || category, '', true),
                set_config('lvv.granted_' || category, '', true);
    END LOOP;
    PERFORM set_config('lvv.user', '', true), set_config('lvv.teams', '', true), set_config('lvv.write', '', true),
            set_config('lvv.granted_person', '', true), set_config('lvv.coordinates', '', true),
            set_config('lvv.privacy', '', true), set_config('lvv.attend_conference', '', true);
END
$$;

CREATE FUNCTION access_categories() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
    SELECT ARRAY['identity', 'contact_shelter', 'shelter_address', 'procedures', 'departure', 'guidance', 'legal_aid',
                 'medical_limitation', 'medical_content', 'conference', 'public_order', 'outcome']
$$;

-- Which of these teams reads which category today: "who sees what", from the rule that decides.
CREATE FUNCTION access_readers(teams integer[]) RETURNS TABLE (team_id integer, category text, verb text)
    LANGUAGE sql STABLE AS
$$
    SELECT DISTINCT s.team_id, s.category, s.verb FROM access_effective_scope s WHERE s.team_id = ANY (teams)
$$;

GRANT SELECT ON access_effective_scope TO lvv_app, lvv_jobs;

GRANT EXECUTE ON FUNCTION access_categories, access_leave, access_scope_at TO lvv_app, lvv_jobs;

GRANT EXECUTE ON FUNCTION access_granted, access_readers, access_teams, access_user TO lvv_app;
