-- Offers to another pilot, judgements and members of a review team: who did what when has a column of its own, filled once
-- (governance/sql/written_once.sql).

CREATE TRIGGER transfer_written_once BEFORE UPDATE ON casework_transfer FOR EACH ROW EXECUTE FUNCTION written_once();

CREATE TRIGGER judgement_written_once BEFORE UPDATE ON casework_judgement FOR EACH ROW EXECUTE FUNCTION written_once();

CREATE TRIGGER review_member_written_once BEFORE UPDATE ON casework_reviewmember FOR EACH ROW EXECUTE FUNCTION written_once();

-- What a clash was stays in its trail: each answer, and when it went with its number and came back with another.
CREATE FUNCTION clash_trail_stands() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF NEW.withdrawn_at IS NULL AND OLD.withdrawn_at IS NOT NULL THEN
        NEW.trail := OLD.trail || jsonb_build_array(
                jsonb_build_object('at', OLD.found_at, 'pilot', NULL, 'said', 'found', 'agreeing', to_jsonb(OLD.agreeing)),
                jsonb_build_object('at', OLD.withdrawn_at, 'pilot', NULL, 'said', 'withdrawn'))
            || coalesce((SELECT jsonb_agg(added.value ORDER BY added.ordinality)
                         FROM jsonb_array_elements(NEW.trail) WITH ORDINALITY added
                         WHERE added.ordinality > jsonb_array_length(OLD.trail)), '[]');
    END IF;
    IF EXISTS (SELECT FROM jsonb_array_elements(OLD.trail) WITH ORDINALITY was
               WHERE NEW.trail -> (was.ordinality - 1)::integer IS DISTINCT FROM was.value) THEN
        RAISE EXCEPTION 'what was said of a clash stands' USING ERRCODE = 'check_violation';
    END IF;
    -- An answer that changes is said in the trail.
    IF (NEW.newer_answer, NEW.older_answer) IS DISTINCT FROM (OLD.newer_answer, OLD.older_answer)
       AND jsonb_array_length(NEW.trail) = jsonb_array_length(OLD.trail) THEN
        RAISE EXCEPTION 'an answer to a clash is written in its trail' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER clash_trail_stands BEFORE UPDATE ON casework_clash FOR EACH ROW EXECUTE FUNCTION clash_trail_stands();
