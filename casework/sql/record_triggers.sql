-- What a record keeps, whoever writes it: its case, its author, its category; and who may answer.

-- Held until the writer commits: a team that ends meanwhile waits and then finds the new record too, and of two writers in
-- one case the second waits here, before she holds anything of it.
CREATE FUNCTION access_teams_of_case(which bigint) RETURNS integer[] LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$ SELECT c.team_ids FROM casework_case c WHERE c.id = which FOR NO KEY UPDATE
$$;

CREATE FUNCTION access_record_written() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    written record := NEW;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.team_ids := coalesce(access_teams_of_case(NEW.case_id), '{}');
        IF current_user = 'lvv_app' AND NEW.source_team_id <> ALL (NEW.team_ids) THEN
            RAISE EXCEPTION 'the team it comes from takes no part in this case' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF current_user = 'lvv_app' THEN
        -- The team on whose behalf it was recorded ends it, and writes its own word in a record of its own.
        IF OLD.source_team_id IS NOT NULL AND OLD.author_team_id <> ALL (access_teams('teams')) THEN
            NEW := OLD;
            NEW.ended_at := written.ended_at;
            NEW.end_reason := written.end_reason;
            NEW.version := written.version;
        END IF;
        NEW.team_ids := OLD.team_ids;
        NEW.case_id := OLD.case_id;
        NEW.author_team_id := OLD.author_team_id;
        NEW.author_id := OLD.author_id;
        NEW.source_team_id := OLD.source_team_id;
        NEW.reference := OLD.reference;
        NEW.recorded_at := OLD.recorded_at;
    END IF;
    RETURN NEW;
END
$$;

-- Another category would show the earlier wordings to other readers.
CREATE FUNCTION access_category_kept() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    RAISE EXCEPTION 'a record keeps its category' USING ERRCODE = 'check_violation';
END
$$;

-- Who is asked writes the answer and nothing else; who asks writes all but the answer.
CREATE FUNCTION access_record_answered() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    answered record := NEW;
BEGIN
    IF current_user = 'lvv_app' THEN
        NEW.to_team_id := OLD.to_team_id;
        IF OLD.author_team_id = ANY (access_teams('teams')) THEN
            IF OLD.to_team_id <> ALL (access_teams('teams')) THEN
                NEW.answer := OLD.answer; NEW.answer_text := OLD.answer_text;
                NEW.answered_on := OLD.answered_on; NEW.answered_by_id := OLD.answered_by_id;
            END IF;
        ELSE
            NEW := OLD;
            NEW.answer := answered.answer; NEW.answer_text := answered.answer_text;
            NEW.answered_on := answered.answered_on; NEW.answered_by_id := answered.answered_by_id;
            NEW.version := answered.version;
            IF TG_TABLE_NAME = 'casework_task' THEN
                NEW.worker_id := answered.worker_id;  -- who of them takes it on
            END IF;
        END IF;
    END IF;
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION access_teams_of_case TO lvv_app;
