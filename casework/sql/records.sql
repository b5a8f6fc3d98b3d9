-- The wall around every table of records that is declared (casework/dossiers/kinds.py), and the policies that go beyond one
-- table.

SELECT CASE WHEN t.addressed THEN access_wall_addressed(t.name, coalesce(quote_literal(t.category), 'category'))
            ELSE access_wall_around(t.name, coalesce(quote_literal(t.category), 'category'), t.supplied) END
FROM access_record_table t ORDER BY t.name;
SELECT access_write_projection();

-- The team a consent names must know of it.
CREATE POLICY consent_named ON casework_consent FOR SELECT TO lvv_app
    USING (team_id = ANY (access_teams('teams')) AND team_id = ANY (team_ids));

-- Who reads a category may ask its owner for a correction, also where she writes nothing of it.
CREATE POLICY correction_asked ON casework_correctionrequest FOR INSERT TO lvv_app
    WITH CHECK (source_team_id IS NULL AND author_team_id = ANY (access_teams('read_' || category))
                AND author_team_id = ANY (team_ids) AND answer = '');

CREATE POLICY correction_withdrawn ON casework_correctionrequest FOR UPDATE TO lvv_app
    USING (author_team_id = ANY (access_teams('read_' || category)) AND author_team_id = ANY (team_ids));

-- A step shows to whoever that shows to of which it is a step, and is written where one sees that.
DO $do$
DECLARE
    step record;
BEGIN
    FOR step IN SELECT * FROM access_record_table t WHERE t.parent <> '' LOOP
        EXECUTE format('CREATE POLICY step_with_parent ON %1$I AS RESTRICTIVE FOR ALL TO lvv_app
                        USING (EXISTS (SELECT FROM %2$I p WHERE p.id = %3$I AND p.case_id = %1$I.case_id))',
                       step.name, step.parent_name, step.parent);
    END LOOP;
END
$do$;

-- Of a member of the household nothing shows that the reader does not see anyway, not even that she exists.
CREATE POLICY relation_other ON casework_relation AS RESTRICTIVE FOR ALL TO lvv_app
    USING (other_id IS NULL OR EXISTS (SELECT FROM casework_person p WHERE p.id = other_id));
