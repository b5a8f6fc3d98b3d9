-- Every table of records with its category, and the policies that go beyond one table.

DELETE FROM access_record_table;
SELECT access_wall_around('casework_identityvalue', '''identity''', true),
       access_wall_around('casework_identitydocument', '''identity''', true),
       access_wall_around('casework_relation', '''identity''', true),
       access_wall_around('casework_identityresearch', '''identity''', true),
       access_wall_around('casework_briefing', '''identity'''),
       access_wall_around('casework_stay', '''contact_shelter'''),
       access_wall_around('casework_allowance', '''contact_shelter'''),
       access_wall_around('casework_procedure', '''procedures''', true),
       access_wall_around('casework_procedurestep', '''procedures''', true),
       access_wall_around('casework_residencetitle', '''procedures''', true),
       access_wall_around('casework_departureplan', '''departure''', true),
       access_wall_around('casework_traveldocument', '''departure''', true),
       access_wall_around('casework_traveldocumentstep', '''departure''', true),
       access_wall_around('casework_mediation', '''departure''', true),
       access_wall_around('casework_returnsupport', '''departure''', true),
       access_wall_around('casework_legalaid', '''legal_aid''', true),
       access_wall_around('casework_medicallimitation', '''medical_limitation''', true),
       access_wall_around('casework_medicalrecord', '''medical_content''', true),
       access_wall_around('casework_consent', '''medical_content'''),
       access_wall_around('casework_supervision', '''public_order'''),
       access_wall_around('casework_note', 'category'),
       access_wall_around('casework_contact', 'category'),
       access_wall_around('casework_signal', 'category'),
       access_wall_addressed('casework_receptionhandover', '''outcome'''),
       access_wall_addressed('casework_correctionrequest', 'category'),
       access_wall_around('casework_intake', '''conference'''),
       access_wall_around('casework_intakereport', '''guidance'''),
       access_wall_around('casework_dossierrequest', '''conference'''),
       access_wall_around('casework_servicedossier', '''conference''', true),
       access_wall_around('casework_agendaitem', '''conference'''),
       access_wall_around('casework_position', '''conference''', true),
       access_wall_around('casework_conferencedecision', '''conference'''),
       access_wall_around('casework_formaldecision', '''conference'''),
       access_wall_around('casework_scenario', '''conference'''),
       access_wall_around('casework_goal', '''guidance'''),
       access_wall_addressed('casework_action', '''conference'''),
       access_wall_addressed('casework_task', '''conference'''),
       access_wall_around('casework_escalation', '''conference'''),
       access_wall_around('casework_escalationpart', '''conference''', true),
       access_wall_around('casework_absence', '''contact_shelter'''),
       access_wall_around('casework_exit', '''outcome'''),
       access_wall_around('casework_confirmation', '''outcome''', true),
       access_wall_around('casework_followupcheck', '''outcome''', true),
       access_wall_around('casework_destinationreport', '''outcome''', true);
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

-- A step shows to whoever the procedure or application shows to, and is written where one writes that.
CREATE POLICY step_with_parent ON casework_procedurestep AS RESTRICTIVE FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_procedure p WHERE p.id = procedure_id AND p.case_id = casework_procedurestep.case_id));

CREATE POLICY step_with_parent ON casework_traveldocumentstep AS RESTRICTIVE FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_traveldocument p
                   WHERE p.id = application_id AND p.case_id = casework_traveldocumentstep.case_id));

-- Of a member of the household nothing shows that the reader does not see anyway, not even that she exists.
CREATE POLICY relation_other ON casework_relation AS RESTRICTIVE FOR ALL TO lvv_app
    USING (other_id IS NULL OR EXISTS (SELECT FROM casework_person p WHERE p.id = other_id));
