"""A register of any size, made in SQL: eight pilots, one of 1% and one of 7% of the cases, DT&V
in 70% of all."""

from datetime import timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from casework.register.matching import heard
from governance.convenants.enums import ConvenantKind
from governance.convenants.template_convenant import make_from_model
from lvv.demo.cases import LEFT, LEFT_STATES, PRESENT, PRESENT_STATES
from lvv.demo.names import invent
from partners.models import Membership, Organisation, Pilot, Team, User
from partners.organisations.enums import OrganisationKind, Role

SHARES = (1, 7, 15, 15, 15, 15, 16, 16)  # percent of the cases in each pilot
WORKERS = {"70%": "large", "7%": "medium", "1%": "small", "none": "stranger"}

NAMES = 20_000
COLLEAGUES = 100  # in every pilot, who manage the other cases


def names() -> list[str]:
    """Names as a register has them: of many origins, half of them with a second family name, a
    few thousand different."""
    rng = Random(42)
    return [
        f"{invent(rng)[1][0]} {invent(rng)[1][0].split()[-1]}"
        if rng.random() < 0.5
        else invent(rng)[1][0]
        for _ in range(NAMES)
    ]


def states() -> list[str]:
    """A thousand states, in the shares of the demonstration: the public figures of who is
    present and who left."""
    rng = Random(42)
    present, left = sum(PRESENT.values()), sum(LEFT.values())
    shares = [(PRESENT_STATES, present), (LEFT_STATES, left)]
    return [
        rng.choices(list(among), list(among.values()))[0].value
        for among, people in shares
        for _ in range(1000 * people // (present + left))
    ]


@transaction.atomic
def seed(cases: int) -> None:
    begun = timezone.localdate() - timedelta(days=900)
    password = make_password("bench")
    dtv = Organisation.objects.create(name="DT&V", kind=OrganisationKind.DTV)
    ind = Organisation.objects.create(name="IND", kind=OrganisationKind.IND)
    large, stranger = (
        User.objects.create(username=name, name=name, password=password)
        for name in ("large", "stranger")
    )
    pilots = []
    for number in range(len(SHARES)):
        municipality = Organisation.objects.create(
            name=f"Gemeente {number}", kind=OrganisationKind.MUNICIPALITY
        )
        pilot = Pilot.objects.create(
            name=f"Pilot {number}", slug=f"pilot-{number}", municipality=municipality
        )
        teams = [Team.objects.add(owner, pilot) for owner in (municipality, dtv, ind)]
        user = User.objects.create(
            username={0: "small", 1: "medium"}.get(number, f"worker-{number}"),
            name=f"Medewerker {number}",
            password=password,
        )
        colleagues = User.objects.bulk_create(
            User(username=f"colleague-{number}-{n}", name=f"Collega {n}", password=password)
            for n in range(COLLEAGUES)
        )
        Membership.objects.create(
            user=user, organisation=municipality, team=teams[0], role=Role.CASEWORKER, since=begun
        )
        Membership.objects.create(
            user=large, organisation=dtv, team=teams[1], role=Role.CASEWORKER, since=begun
        )
        convenant = make_from_model(pilot, ConvenantKind.CONVENANT)
        convenant.agreed_on = convenant.in_force_from = begun
        convenant.save()
        convenant.parties.update(signed_on=begun)
        pilots.append((pilot.pk, user.pk, [c.pk for c in colleagues], *(team.pk for team in teams)))
    empty = Pilot.objects.create(
        name="Leeg",
        slug="leeg",
        municipality=Organisation.objects.create(name="Leeg", kind="municipality"),
    )
    team = Team.objects.add(empty.municipality, empty)
    Membership.objects.create(
        user=stranger, organisation=empty.municipality, team=team, role=Role.CASEWORKER, since=begun
    )
    convenant = make_from_model(empty, ConvenantKind.CONVENANT)
    convenant.agreed_on = convenant.in_force_from = begun
    convenant.save()
    convenant.parties.update(signed_on=begun)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(
            "CREATE TEMP TABLE p (n int, pilot bigint, worker int, colleagues int[], lead int, dtv int, ind int, low int, high int)"
        )
        low = 0
        for number, (pilot, share) in enumerate(zip(pilots, SHARES, strict=True)):
            cursor.execute(
                "INSERT INTO p VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [number, *pilot, low, low + share],
            )
            low += share
        known = names()
        cursor.execute(
            SQL,
            {
                "cases": cases,
                "names": known,
                "states": states(),
                "sounds": [" ".join(heard([n])) for n in known],
            },
        )


SQL = """
ALTER TABLE casework_involvement DISABLE TRIGGER USER;
ALTER TABLE casework_identityvalue DISABLE TRIGGER USER;
ALTER TABLE casework_note DISABLE TRIGGER USER;
ALTER TABLE casework_procedure DISABLE TRIGGER USER;
ALTER TABLE casework_residencetitle DISABLE TRIGGER USER;
ALTER TABLE casework_traveldocument DISABLE TRIGGER USER;
ALTER TABLE casework_contact DISABLE TRIGGER USER;
ALTER TABLE casework_action DISABLE TRIGGER USER;
ALTER TABLE casework_dossierrequest DISABLE TRIGGER USER;
ALTER TABLE casework_intake DISABLE TRIGGER USER;
ALTER TABLE casework_briefing DISABLE TRIGGER USER;
ALTER TABLE casework_position DISABLE TRIGGER USER;
ALTER TABLE casework_agendaitem DISABLE TRIGGER USER;
ALTER TABLE casework_conferencedecision DISABLE TRIGGER USER;
ALTER TABLE casework_formaldecision DISABLE TRIGGER USER;
ALTER TABLE casework_scenario DISABLE TRIGGER USER;
ALTER TABLE casework_exit DISABLE TRIGGER USER;
ALTER TABLE casework_confirmation DISABLE TRIGGER USER;
ALTER TABLE casework_followupcheck DISABLE TRIGGER USER;
CREATE TEMP TABLE c AS
    SELECT i, p.n, p.pilot, p.lead, p.dtv, p.ind,
           -- one case in a hundred is the measured worker's own
           CASE WHEN random() < 0.01 THEN p.worker ELSE p.colleagues[ceil(random() * cardinality(p.colleagues))] END AS worker,
           random() < 0.7 AS has_dtv, random() < 0.5 AS has_ind, gen_random_uuid() AS person_ref,
           (access_today() - (random() * 1400)::int) AS day,
           (%(states)s::text[])[ceil(random() * cardinality(%(states)s::text[]))] AS state,
           ceil(random() * cardinality(%(names)s::text[]))::int AS nth
    FROM generate_series(1, %(cases)s) i JOIN p ON (i * 7919 %% 100) >= p.low AND (i * 7919 %% 100) < p.high;
ALTER TABLE c ADD name text, ADD sounds text[];
UPDATE c SET name = (%(names)s::text[])[nth], sounds = string_to_array((%(sounds)s::text[])[nth], ' ');
INSERT INTO casework_person (id, reference, team_ids, created_at)
    SELECT i, person_ref, array_remove(ARRAY(SELECT t FROM unnest(ARRAY[lead, CASE WHEN has_dtv THEN dtv END, CASE WHEN has_ind THEN ind END]) t
           ORDER BY t), NULL), now() FROM c;
INSERT INTO casework_case (id, reference, number, person_id, pilot_id, lead_team_id, case_manager_id,
                           referred_on, registered_on, left_on, referrer, doubles_judged_on, team_ids, team_reveals, version)
    SELECT c.i, gen_random_uuid(), to_char(day, 'YYYY') || '-' || lpad(c.i::text, 6, '0'), c.i, pilot, lead, worker,
           day, day, CASE WHEN state IN ('exited', 'in_aftercare', 'archived') THEN day END, 'Wijkteam', day, q.team_ids,
           ARRAY(SELECT t || ':identity' FROM unnest(q.team_ids) t ORDER BY t::text), 1
    FROM c JOIN casework_person q ON q.id = c.i;
INSERT INTO casework_progress (case_id, pilot_id, registered_on, team_ids, version, state, since, category, deadline_on)
    SELECT i, pilot, day, q.team_ids, 1, state, day,
           CASE WHEN state IN ('exited', 'in_aftercare', 'archived') THEN 'outcome' WHEN state = 'in_guidance' THEN 'guidance' ELSE 'conference' END,
           CASE WHEN state <> 'archived' THEN access_today() - 10 + (random() * 300)::int END
    FROM c JOIN casework_person q ON q.id = c.i;
INSERT INTO casework_steptaken (case_id, number, state, category, "on", recorded_at, version)
    SELECT case_id, 'T18', state, category, since, now(), 1 FROM casework_progress;
INSERT INTO casework_involvement (case_id, team_id, worker_id, since, ground, explanation, reveals, counted)
    SELECT i, lead, worker, day, 'municipality', '', 'identity', true FROM c
    UNION ALL SELECT i, dtv, NULL, day, 'dossier_request', '', 'identity', true FROM c WHERE has_dtv
    UNION ALL SELECT i, ind, NULL, day, 'dossier_request', '', 'identity', true FROM c WHERE has_ind;
INSERT INTO casework_identityvalue (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids,
                                    recorded_at, version, kind, value, key, status, said_on, sounds)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, v.kind, v.value, v.key,
           'claimed', day, CASE v.kind WHEN 'name' THEN sounds ELSE '{}' END
    FROM c JOIN casework_case k ON k.id = c.i
    CROSS JOIN LATERAL (VALUES ('name', name, lower(name)), ('birth_date', to_char(date '1955-01-01' + (i * 7 %% 18000), 'YYYY-MM-DD'),
                               to_char(date '1955-01-01' + (i * 7 %% 18000), 'YYYY-MM-DD')),
        ('nationality', '0084', '0084'), ('v_number', (2000000000 + i)::text, (2000000000 + i)::text)) v (kind, value, key);
INSERT INTO casework_note (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                           version, category, happened_on, text)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, 'guidance', day, 'Gesproken.'
    FROM c JOIN casework_case k ON k.id = c.i CROSS JOIN generate_series(1, 2);
INSERT INTO casework_procedure (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                                version, checked_on, kind, applied_on, representative, result)
    SELECT gen_random_uuid(), i, ind, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, access_today() - i %% 200,
           'repeat_asylum', day, 'mr. Voorbeeld', 'pending' FROM c JOIN casework_case k ON k.id = c.i WHERE has_ind;
INSERT INTO casework_residencetitle (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids,
                                     recorded_at, version, checked_on, code, other_code, since)
    SELECT gen_random_uuid(), i, ind, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, access_today() - i %% 200,
           '98', '', day FROM c JOIN casework_case k ON k.id = c.i WHERE has_ind;
INSERT INTO casework_traveldocument (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids,
                                     recorded_at, version, checked_on, kind, country, applied_on, remark)
    SELECT gen_random_uuid(), i, dtv, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, access_today() - i %% 200,
           'laissez_passer', 'Eritrea', day, '' FROM c JOIN casework_case k ON k.id = c.i WHERE has_dtv;
INSERT INTO casework_contact (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                              version, kind, category, happened_on, present, text)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, 'guidance_talk', 'guidance',
           day, '', 'Gesproken.' FROM c JOIN casework_case k ON k.id = c.i;
INSERT INTO casework_action (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                             version, what, due_on, by_person, agreed_on, to_team_id)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, 'Papieren.',
           access_today() + (random() * 300)::int, false, day, CASE WHEN has_ind AND i %% 2 = 0 THEN ind ELSE lead END
    FROM c JOIN casework_case k ON k.id = c.i CROSS JOIN generate_series(1, 2)
    WHERE c.state IN ('admitted', 'in_guidance', 'exited', 'in_aftercare', 'archived');
INSERT INTO casework_dossierrequest (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids,
                                     recorded_at, version, "of", requested_on, open, to_team_id)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, 'ind', day,
           c.state = 'awaiting_dossiers', ind FROM c JOIN casework_case k ON k.id = c.i WHERE has_ind;
INSERT INTO casework_intake (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                             version, begun_on, interviewed_on, present, informed, limitation_asked, results, completed_on,
                             stopped_because)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, day, day, '', true, true, '[]',
           day, '' FROM c JOIN casework_case k ON k.id = c.i WHERE c.state <> 'registered';
INSERT INTO casework_briefing (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                               version, told_on, language, interpreter, text_version)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, day, 'ar', true, '1'
    FROM c JOIN casework_case k ON k.id = c.i;
-- A conference a week in each pilot for four years, and three to come; each case that came so far on one of them.
INSERT INTO casework_meeting (reference, version, "on", begins_at, place, cancelled_because, convenant_id, pilot_id, opened_at,
                              closed_at, minutes_sent_on, minutes_due_on)
    SELECT gen_random_uuid(), 1, d, '10:00', '', '', v.id, p.pilot, past, past, past::date, past::date + 7
    FROM p JOIN governance_convenant v ON v.pilot_id = p.pilot
    CROSS JOIN generate_series(access_today() - 1400, access_today() + 21, interval '7 days') w (d)
    CROSS JOIN LATERAL (SELECT CASE WHEN d < access_today() THEN d + interval '12 hours' END) x (past);
CREATE TEMP TABLE met AS
    SELECT c.*, k.team_ids, m.id AS meeting, m."on" AS met_on, m.closed_at AS closed, row_number() OVER (PARTITION BY m.id) AS place
    FROM c JOIN casework_case k ON k.id = c.i
    JOIN casework_meeting m ON m.pilot_id = c.pilot
        AND m."on" BETWEEN least(c.day, access_today() - 7) AND least(c.day, access_today() - 7) + 6
    WHERE c.state NOT IN ('registered', 'intake', 'awaiting_dossiers', 'rest_period');
INSERT INTO casework_agendaitem (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                                 version, place, why, question, summary, happened_on, meeting_id, discussed_at)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', team_ids, team_ids, now(), 1, place, 'admission',
           'Toelaten?', 'Besproken.', met_on, meeting, closed FROM met;
INSERT INTO casework_position (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                               version, preparation, stance, reasons, said_on, item_id)
    SELECT gen_random_uuid(), m.i, t, worker, 'permitted_partners', '{}', m.team_ids, now(), 1, '', 'agree', '', met_on, a.id
    FROM met m JOIN casework_agendaitem a ON a.case_id = m.i
    CROSS JOIN LATERAL (VALUES (lead), (CASE WHEN has_dtv THEN dtv END)) x (t) WHERE t IS NOT NULL AND closed IS NOT NULL;
INSERT INTO casework_conferencedecision (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids,
                                         recorded_at, version, kind, body, decided_on, reasons, scenario, item_id)
    SELECT gen_random_uuid(), m.i, lead, worker, 'permitted_partners', '{}', m.team_ids, now(), 1, d.kind, '', met_on, 'Besproken.',
           d.scenario, a.id
    FROM met m JOIN casework_agendaitem a ON a.case_id = m.i
    CROSS JOIN LATERAL (SELECT CASE WHEN state = 'not_admitted' THEN 'not_admitted' ELSE 'admitted' END, ''
                        UNION ALL SELECT 'scenario_set', 'return' WHERE state <> 'not_admitted') d (kind, scenario)
    WHERE state <> 'in_conference';
INSERT INTO casework_formaldecision (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids,
                                     recorded_at, version, kind, decided_on, function, reasons, remedies, effective_on, letter,
                                     annulled_because, conference_decision_id, known_by)
    SELECT gen_random_uuid(), k.case_id, k.author_team_id, k.author_id, 'permitted_partners', '{}', k.team_ids, now(), 1,
           CASE k.kind WHEN 'admitted' THEN 'admitted' ELSE 'refused' END, k.decided_on, 'wethouder', 'Besproken.', 'Bezwaar binnen zes weken.', k.decided_on, '', '', k.id, ''
    FROM casework_conferencedecision k WHERE k.kind IN ('admitted', 'not_admitted');
INSERT INTO casework_scenario (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                               version, scenario, since, decision_id)
    SELECT gen_random_uuid(), k.case_id, k.author_team_id, k.author_id, 'permitted_partners', '{}', k.team_ids, now(), 1,
           k.scenario, k.decided_on, k.id FROM casework_conferencedecision k WHERE k.kind = 'scenario_set';
INSERT INTO casework_exit (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids, recorded_at,
                           version, exited_on, reason, outcome, explanation, evidence, state_before, claim_open,
                           unconfirmed_because, undone, undone_reason, confirmed_on, classed_id)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', k.team_ids, now(), 1, c.day, 'left_own_request',
           o.outcome, '', '', 'in_guidance', false, '', '', '', c.day, o.id
    FROM c JOIN casework_case k ON k.id = c.i
    JOIN casework_outcomeclass o ON o.outcome = CASE WHEN c.state = 'in_aftercare' OR i %% 2 = 0 THEN 'independent_return'
                                                     ELSE 'unknown_destination' END
    WHERE c.state IN ('exited', 'in_aftercare', 'archived');
INSERT INTO casework_confirmation (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids,
                                   recorded_at, version, result, said_on, evidence, exit_id)
    SELECT gen_random_uuid(), i, dtv, worker, 'permitted_partners', '{}', x.team_ids, now(), 1, 'confirmed', day, '', x.id
    FROM c JOIN casework_exit x ON x.case_id = c.i AND x.outcome = 'independent_return' WHERE has_dtv AND state <> 'exited';
INSERT INTO casework_followupcheck (reference, case_id, author_team_id, author_id, visibility, shared_team_ids, team_ids,
                                    recorded_at, version, months, checked_on, result, outcome, lapsed_because, how, exit_id)
    SELECT gen_random_uuid(), i, lead, worker, 'permitted_partners', '{}', x.team_ids, now(), 1, m, day, 'holds', '', '', 'Gebeld.', x.id
    FROM c JOIN casework_exit x ON x.case_id = c.i AND x.outcome = 'independent_return'
    CROSS JOIN LATERAL unnest(CASE state WHEN 'archived' THEN ARRAY[3, 6, 12] WHEN 'in_aftercare' THEN ARRAY[3] ELSE '{}' END) m;
INSERT INTO casework_historicalcase (id, reference, number, person_id, pilot_id, lead_team_id, case_manager_id,
        referred_on, registered_on, left_on, referrer, doubles_judged_on, version, history_date, history_type)
    SELECT id, reference, number, person_id, pilot_id, lead_team_id, case_manager_id, referred_on, registered_on, left_on, referrer,
           doubles_judged_on, version, now(), '+' FROM casework_case;
SELECT setval(pg_get_serial_sequence('casework_case', 'id'), %(cases)s),
       setval(pg_get_serial_sequence('casework_person', 'id'), %(cases)s);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE casework_involvement ENABLE TRIGGER USER;
ALTER TABLE casework_identityvalue ENABLE TRIGGER USER;
ALTER TABLE casework_note ENABLE TRIGGER USER;
ALTER TABLE casework_procedure ENABLE TRIGGER USER;
ALTER TABLE casework_residencetitle ENABLE TRIGGER USER;
ALTER TABLE casework_traveldocument ENABLE TRIGGER USER;
ALTER TABLE casework_contact ENABLE TRIGGER USER;
ALTER TABLE casework_action ENABLE TRIGGER USER;
ALTER TABLE casework_dossierrequest ENABLE TRIGGER USER;
ALTER TABLE casework_intake ENABLE TRIGGER USER;
ALTER TABLE casework_briefing ENABLE TRIGGER USER;
ALTER TABLE casework_position ENABLE TRIGGER USER;
ALTER TABLE casework_agendaitem ENABLE TRIGGER USER;
ALTER TABLE casework_conferencedecision ENABLE TRIGGER USER;
ALTER TABLE casework_formaldecision ENABLE TRIGGER USER;
ALTER TABLE casework_scenario ENABLE TRIGGER USER;
ALTER TABLE casework_exit ENABLE TRIGGER USER;
ALTER TABLE casework_confirmation ENABLE TRIGGER USER;
ALTER TABLE casework_followupcheck ENABLE TRIGGER USER;
CREATE TABLE bench_floor AS
    SELECT person_ref AS reference, to_char(day, 'YYYY') || '-' || i AS number, name, state, 'Pilot ' || n AS pilot,
           '["Gemeente", "DT&V", "IND"]'::jsonb AS partners, day AS registered_on, 'Collega ' || i %% 100 AS case_manager
    FROM c;
CREATE INDEX ON bench_floor (registered_on DESC);
GRANT SELECT ON bench_floor TO lvv_app;
"""
