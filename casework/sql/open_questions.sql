-- What an answer closes, whoever gave it (projections), and what a report opens.

-- A claim that was answered waits for nobody any more, whoever answered it.
CREATE FUNCTION outcome_claim_answered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
BEGIN
    UPDATE casework_exit SET claim_open = false WHERE id = NEW.exit_id AND claim_open;
    RETURN NULL;
END
$$;

CREATE TRIGGER claim_answered AFTER INSERT ON casework_confirmation
    FOR EACH ROW EXECUTE FUNCTION outcome_claim_answered();

-- A dossier that came is asked for no longer.
CREATE FUNCTION intake_dossier_came() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    UPDATE casework_dossierrequest SET open = false WHERE case_id = NEW.case_id AND "of" = NEW."of" AND open;
    RETURN NULL;
END
$$;

CREATE TRIGGER dossier_came AFTER INSERT ON casework_servicedossier FOR EACH ROW EXECUTE FUNCTION intake_dossier_came();

-- Another register says that she left while she has a place here (R14): the team that leads looks into it. Who reports it
-- learns nothing of it, and reads not what that team finds.
CREATE FUNCTION journal_conflict_task(which bigint, text_of_task text, due date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    made bigint;
BEGIN
    INSERT INTO casework_task (reference, version, case_id, author_team_id, author_id, to_team_id, visibility, shared_team_ids,
                               team_ids, recorded_at, rule, what, set_on, due_on)
        SELECT gen_random_uuid(), 1, c.id, c.lead_team_id, r.author_id, c.lead_team_id, 'own_organisation', '{}', c.team_ids, clock_timestamp(),
               'register_conflict', text_of_task, access_today(), due
        FROM casework_destinationreport r JOIN casework_case c ON c.id = r.case_id
        -- A report that stands, and once for each.
        WHERE r.id = which AND r.author_id = access_user() AND r.ended_at IS NULL
          AND r.author_team_id = ANY (c.team_ids) AND c.read_only_from IS NULL
          AND NOT EXISTS (SELECT FROM casework_task t WHERE t.case_id = c.id AND t.rule = 'register_conflict'
                          AND t.recorded_at >= r.recorded_at)
          AND EXISTS (SELECT FROM casework_stay s WHERE s.case_id = c.id AND s.ended_at IS NULL AND in_force(s.since, s.until))
        RETURNING id INTO made;
    IF made IS NOT NULL THEN
        PERFORM access_history('casework_task', ARRAY[made], '+', 'register_conflict');
    END IF;
END
$$;

GRANT EXECUTE ON FUNCTION journal_conflict_task TO lvv_app;
