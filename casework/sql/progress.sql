-- How far a case is: its state and its steps. What a row tells belongs to a category (casework/cases/progress.py), and who
-- reads that category in the case reads the row. A case is open or left for everybody who sees it.

CREATE FUNCTION access_reads_step(category text, teams integer[], which bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT teams && access_teams('read_' || category) OR which = ANY (access_granted(category)) $$;

-- Open in the sense of R1: not left, and not refused.
CREATE FUNCTION access_is_open(which bigint, left_on date) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT left_on IS NULL AND NOT EXISTS (SELECT FROM casework_progress g WHERE g.case_id = which AND g.state = 'not_admitted')
$$;

-- The columns that are the case's, and that a case which was left is in no state it can only be in while it is open.
CREATE FUNCTION access_progress_written() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    here record;
BEGIN
    SELECT c.pilot_id, c.registered_on, c.team_ids, c.left_on INTO here FROM casework_case c WHERE c.id = NEW.case_id;
    IF TG_OP = 'INSERT' THEN
        NEW.pilot_id := here.pilot_id;
        NEW.registered_on := here.registered_on;
        NEW.team_ids := here.team_ids;
    ELSIF current_user = 'lvv_app' THEN
        NEW.pilot_id := OLD.pilot_id;
        NEW.registered_on := OLD.registered_on;
        NEW.team_ids := OLD.team_ids;
    END IF;
    IF (here.left_on IS NOT NULL) <> (NEW.category = 'outcome') THEN
        RAISE EXCEPTION 'a case has a day on which it was left exactly when its state says so' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER progress_written BEFORE INSERT OR UPDATE OF state, category, case_id, pilot_id, registered_on ON casework_progress
    FOR EACH ROW EXECUTE FUNCTION access_progress_written();

-- Of a case that is seen; and written out by category: with a literal the planner sees whose teams they are.
CREATE POLICY progress_read ON casework_progress FOR SELECT TO lvv_app
    USING (access_reads_step('identity', team_ids, case_id)
       AND (category = 'conference' AND access_reads_step('conference', team_ids, case_id)
            OR category = 'guidance' AND access_reads_step('guidance', team_ids, case_id)
            OR category = 'outcome' AND access_reads_step('outcome', team_ids, case_id)));

-- Whoever registers may not read how the case goes on.
CREATE POLICY progress_add ON casework_progress FOR INSERT TO lvv_app
    WITH CHECK (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('write')));

-- Any team that writes something here and reads where the case is moves it on; which step, the transition table says.
CREATE POLICY progress_change ON casework_progress FOR UPDATE TO lvv_app USING (team_ids && access_teams('write'));

GRANT SELECT, INSERT, UPDATE ON casework_progress TO lvv_app;

CREATE POLICY history_read ON casework_historicalprogress FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND access_reads_step(category, c.team_ids, c.id)));

CREATE POLICY history_add ON casework_historicalprogress FOR INSERT TO lvv_app
    WITH CHECK (history_user_id = access_user()
                AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('write')));

GRANT SELECT, INSERT ON casework_historicalprogress TO lvv_app;

CREATE POLICY step_read ON casework_steptaken FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND access_reads_step(category, c.team_ids, c.id)));

CREATE POLICY step_add ON casework_steptaken FOR INSERT TO lvv_app
    WITH CHECK (by_id = access_user()
                AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('write')));

-- Of a step nothing is changed but its day; which, and by whom, the transition table says.
CREATE POLICY step_change ON casework_steptaken FOR UPDATE TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('write')));

GRANT SELECT, INSERT, UPDATE ("on", version) ON casework_steptaken TO lvv_app;

-- And never without the day that stood there: it is written first, from the version that is changed.
CREATE FUNCTION access_step_day_kept() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF current_user = 'lvv_app' AND NOT EXISTS (
        SELECT FROM casework_correctedday d WHERE d.step_id = OLD.id AND d.version = OLD.version AND d."on" = NEW."on"
            AND d.was_on IS NOT DISTINCT FROM OLD."on" AND NEW.version = OLD.version + 1) THEN
        RAISE EXCEPTION 'the day that stood there is kept' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER step_day_kept BEFORE UPDATE ON casework_steptaken FOR EACH ROW EXECUTE FUNCTION access_step_day_kept();

CREATE POLICY corrected_day_read ON casework_correctedday FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_steptaken s WHERE s.id = step_id AND s.case_id = casework_correctedday.case_id));

CREATE POLICY corrected_day_add ON casework_correctedday FOR INSERT TO lvv_app
    WITH CHECK (by_id = access_user() AND EXISTS (
        SELECT FROM casework_steptaken s JOIN casework_case c ON c.id = s.case_id
        WHERE s.id = step_id AND c.id = casework_correctedday.case_id AND team_id = ANY (c.team_ids) AND team_id = ANY (access_teams('write'))));

GRANT SELECT, INSERT ON casework_correctedday TO lvv_app;

GRANT EXECUTE ON FUNCTION access_reads_step, access_is_open TO lvv_app;
