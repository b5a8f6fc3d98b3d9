-- Who takes part in a case: what it reveals, when it counts, who may see and change it.

-- Carries out the beginnings and endings whose day has come. With nothing due this is one probe of a small index.
CREATE FUNCTION access_apply_due() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    today date := access_today();
    due bigint[];
BEGIN
    SELECT array_agg(v.id ORDER BY v.id) INTO due FROM casework_involvement v WHERE v.due_on <= today;
    IF due IS NULL THEN
        RETURN 0;
    END IF;
    -- Cases first, then involvements: the order in which the web locks them.
    PERFORM 1 FROM casework_case c WHERE c.id IN (SELECT v.case_id FROM casework_involvement v WHERE v.id = ANY (due))
        ORDER BY c.id FOR UPDATE;
    PERFORM 1 FROM casework_involvement v WHERE v.id = ANY (due) ORDER BY v.id FOR UPDATE;
    UPDATE casework_involvement v
       SET counted = in_force(v.since, v.until, today) WHERE v.id = ANY (due);
    RETURN cardinality(due);
END
$$;

-- What it gives away that a team takes part: by its function or its kind of organisation in every case, as
-- casework/cases/case_reader.py declares it; of the departure service that she has a place or guidance (R7), unless it takes part
-- because its dossier was asked for. Projected on the case as `team_reveals`, where Python reads it.
CREATE FUNCTION access_reveals(team integer, ground text) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT coalesce((SELECT r.category FROM access_revealing r WHERE r.source = 'team' AND r.code = t.function),
                    (SELECT r.category FROM access_revealing r WHERE r.source = 'organisation' AND r.code = o.kind),
                    (SELECT r.category FROM access_revealing r
                     WHERE r.source = 'unless_asked' AND r.code = o.kind AND ground <> 'dossier_request'),
                    'identity')
    FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id WHERE t.id = team
$$;

-- A beginning counts at once; an end when access_apply_due() comes by, which is before anybody's next page. So the
-- worker who ends her own follow-up still gets her answer and her history row. A ground that would tell as much as the team
-- fits no other team.
CREATE FUNCTION access_involvement_counts() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    kind text;
    organisation text;
BEGIN
    SELECT t.function, o.kind INTO kind, organisation
        FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id WHERE t.id = NEW.team_id;
    -- Of a ground that is new: what a team becomes afterwards ends nothing.
    IF (TG_OP = 'INSERT' OR NEW.ground <> OLD.ground)
       AND (NEW.ground = 'stay' AND kind <> 'shelter' OR NEW.ground = 'care' AND kind <> 'care'
            OR NEW.ground = 'legal_aid' AND kind <> 'legal' OR NEW.ground = 'made_known' AND organisation <> 'dtv') THEN
        RAISE EXCEPTION 'this ground does not fit this team' USING ERRCODE = 'check_violation';
    END IF;
    NEW.reveals := access_reveals(NEW.team_id, NEW.ground);
    IF TG_OP = 'INSERT' THEN
        NEW.counted := in_force(NEW.since, NEW.until);
    ELSIF current_user = 'lvv_app' THEN
        NEW.counted := OLD.counted;
        NEW.case_id := OLD.case_id;
        NEW.team_id := OLD.team_id;
    END IF;
    NEW.due_on := CASE
        WHEN NEW.counted AND NEW.since > access_today() THEN access_today()
        WHEN NEW.counted THEN NEW.until
        WHEN NEW.until IS NULL OR NEW.until > greatest(NEW.since, access_today()) THEN NEW.since
        END;
    RETURN NEW;
END
$$;

GRANT SELECT ON access_revealing TO lvv_app;

GRANT EXECUTE ON FUNCTION access_reveals TO lvv_app;

-- What a team or an organisation becomes, its involvements reveal: worked out anew, with the projection. Cases first, as
-- everywhere.
CREATE FUNCTION access_kind_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    teams integer[] := ARRAY(SELECT t.id FROM partners_team t
                             WHERE NEW.id = CASE TG_TABLE_NAME WHEN 'partners_team' THEN t.id ELSE t.organisation_id END);
BEGIN
    PERFORM 1 FROM casework_case c WHERE c.id IN (SELECT v.case_id FROM casework_involvement v WHERE v.team_id = ANY (teams))
        ORDER BY c.id FOR UPDATE;
    UPDATE casework_involvement v SET reveals = '' WHERE v.team_id = ANY (teams);
    RETURN NULL;
END
$$;

CREATE TRIGGER organisation_kind_changed AFTER UPDATE OF kind ON partners_organisation
    FOR EACH ROW WHEN (NEW.kind <> OLD.kind) EXECUTE FUNCTION access_kind_changed();

CREATE TRIGGER team_function_changed AFTER UPDATE OF function, organisation_id ON partners_team
    FOR EACH ROW WHEN (NEW.function <> OLD.function OR NEW.organisation_id <> OLD.organisation_id)
    EXECUTE FUNCTION access_kind_changed();

CREATE TRIGGER involvement_counts BEFORE INSERT OR UPDATE ON casework_involvement
    FOR EACH ROW EXECUTE FUNCTION access_involvement_counts();

CREATE POLICY involvement_read ON casework_involvement FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id
                   AND (reveals = 'identity' OR c.team_ids && access_teams('read_' || reveals)
                        OR c.id = ANY (access_granted(reveals))
                        -- The team that leads knows its partners, and an organisation its own teams.
                        OR c.lead_team_id = ANY (access_teams('teams'))
                        OR EXISTS (SELECT FROM partners_team t
                                   JOIN partners_team m ON m.organisation_id = t.organisation_id
                                   WHERE t.id = casework_involvement.team_id AND m.id = ANY (access_teams('teams'))
                                     AND m.id = ANY (c.team_ids || t.id)))));

CREATE POLICY involvement_add ON casework_involvement FOR INSERT TO lvv_app
    WITH CHECK (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('write'))
        AND EXISTS (SELECT FROM casework_case c JOIN partners_team t ON t.pilot_id = c.pilot_id
                    WHERE c.id = case_id AND t.id = team_id));

CREATE POLICY involvement_change ON casework_involvement FOR UPDATE TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('write')));

-- A team that writes nothing here may still leave.
CREATE POLICY involvement_leave ON casework_involvement FOR UPDATE TO lvv_app
    USING (team_id = ANY (access_teams('teams')) AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id))
    WITH CHECK (team_id = ANY (access_teams('teams')) AND until <= access_today());

GRANT SELECT, INSERT, UPDATE ON casework_involvement TO lvv_app;

GRANT EXECUTE ON FUNCTION access_apply_due TO lvv_app, lvv_jobs;
