#!/usr/bin/env python3
"""The plan of a project of `benches/make_roster.py`, as somebody would write it with DuckDB.

    duckdb_plan.py PROJECT [--out FILE]

Reads roster/caregivers.csv and, through DuckDB's own SQLite scanner, state/firstbell.db: what firstbell recorded and what it
last saw in the LMS. Prints the counts as one line of JSON; README.md beside this file has the rules. --out writes the plan.
"""

import argparse
import glob
import importlib.util
import json

import duckdb

# What firstbell takes for an address, as far as the generator makes any.
ADDRESS = r"[a-z0-9_+''-]+(?:\.[a-z0-9_+''-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z]+"
COLUMNS = "StudentID StuFirst StuLast Year Class CaregiverID CgFirst CgLast CgEmail Relationship Portal".split()
KEYS = ("create reset adopt update active revoked held_no_access held_taken held_no_email held_malformed held_conflicting "
        "held_shared").split()

options = argparse.ArgumentParser()
options.add_argument("project")
options.add_argument("--out")
chosen = options.parse_args()
project = chosen.project

db = duckdb.connect()
db.execute("SET enable_progress_bar=false")
db.execute("SET preserve_insertion_order=false")
scanner = importlib.util.find_spec("duckdb_extension_sqlite_scanner").submodule_search_locations[0]
db.execute("LOAD '%s'" % glob.glob(f"{scanner}/extensions/v{duckdb.__version__}/sqlite_scanner.duckdb_extension")[0])
db.execute(f"ATTACH '{project}/state/firstbell.db' AS s (TYPE sqlite, READ_ONLY)")
db.execute("""
CREATE TEMP TABLE recorded AS
SELECT caregiver AS id FROM s.activations WHERE stage IN ('adopted', 'set') GROUP BY caregiver""")
db.execute("""
CREATE TEMP TABLE accounts AS
SELECT caregiver AS id, lower(trim(email)) AS email, first_name, last_name, sign_in IS NOT NULL AS signed_in
FROM s.observed_accounts""")
spec = "{" + ",".join(f"'{column}':'VARCHAR'" for column in COLUMNS) + "}"
# lower(trim()) costs DuckDB more than the regular expression: only addresses that do not match as they are pay for it.
db.execute(f"""
CREATE TEMP TABLE people AS
WITH r AS (
  SELECT CaregiverID AS id, CgFirst, CgLast, Portal = 'Yes' AS permitted, CAST(Year AS INTEGER) AS cohort, CgEmail AS email,
         regexp_full_match(CgEmail, '{ADDRESS}') AS good
  FROM read_csv('{project}/roster/caregivers.csv', header=true, delim=',', quote='"', escape='"', columns={spec})),
n AS (SELECT r.* EXCLUDE (email), CASE WHEN good THEN email ELSE lower(trim(coalesce(email, ''))) END AS email FROM r),
v AS (SELECT n.*, good OR regexp_full_match(email, '{ADDRESS}') AS valid FROM n)
SELECT id, count(*) AS rows, bool_or(permitted) AS permitted, bool_and(permitted) AS unbarred,
       coalesce(min(cohort) FILTER (permitted), min(cohort)) AS cohort, min(CgFirst) AS first_name, min(CgLast) AS last_name,
       min(email) FILTER (email <> '') AS e1, max(email) FILTER (email <> '') AS e2, bool_and(valid) FILTER (email <> '') AS valid
FROM v GROUP BY id""")
db.execute("""
CREATE TEMP TABLE plan AS
WITH p AS (SELECT *, CASE WHEN e1 = e2 AND valid THEN e1 END AS email FROM people),
u AS (SELECT email, count(*) AS uses FROM p WHERE email IS NOT NULL GROUP BY email),
b AS (SELECT DISTINCT unnest([e1, e2]) AS email FROM p WHERE e1 <> e2 AND NOT unbarred),
h AS (SELECT email, min(id) AS low, max(id) AS high FROM accounts GROUP BY email),
j AS (SELECT p.*, u.uses > 1 AS twice, u.uses > 1 OR b.email IS NOT NULL AS shared, recorded.id IS NOT NULL AS active, a.id IS NOT NULL AS has_account, a.signed_in,
             p.email IS NOT NULL AND h.email IS NOT NULL AND (h.low <> p.id OR h.high <> p.id) AS taken,
             p.email IS NOT NULL AND uses = 1 AND b.email IS NULL AND a.email <> p.email AS moved,
             a.first_name <> p.first_name OR a.last_name <> p.last_name AS renamed
      FROM p LEFT JOIN u ON u.email = p.email LEFT JOIN b ON b.email = p.email LEFT JOIN recorded ON recorded.id = p.id LEFT JOIN accounts a ON a.id = p.id
      LEFT JOIN h ON h.email = p.email)
SELECT id, cohort, email, CASE
  WHEN active AND permitted AND has_account AND ((moved AND NOT taken) OR renamed) THEN 'update'
  WHEN active AND permitted THEN 'active' WHEN active THEN 'revoked'
  WHEN NOT permitted THEN 'held_no_access'
  WHEN signed_in THEN 'adopt'
  WHEN taken AND NOT coalesce(twice, false) THEN 'held_taken'
  WHEN e1 IS NULL THEN 'held_no_email' WHEN e1 <> e2 THEN 'held_conflicting' WHEN email IS NULL THEN 'held_malformed'
  WHEN shared THEN 'held_shared' WHEN has_account THEN 'reset' ELSE 'create' END AS act
FROM j""")
found = dict(db.execute("SELECT act, count(*) FROM plan GROUP BY act").fetchall())
rows, caregivers = db.execute("SELECT sum(rows), count(*) FROM people").fetchone()
gone = db.execute("SELECT count(*) FROM recorded ANTI JOIN people ON people.id = recorded.id").fetchone()[0]
cohorts = db.execute("SELECT sum(cohort) FROM plan WHERE act IN ('create', 'reset')").fetchone()[0]
counts = {"rows": rows, "caregivers": caregivers, **{key: found.get(key, 0) for key in KEYS}, "gone": gone, "cohorts": cohorts or 0}
if chosen.out:
    db.execute(f"COPY (SELECT id, act, cohort FROM plan WHERE act NOT IN ('active', 'revoked')) TO '{chosen.out}' (HEADER)")
print(json.dumps({key: int(count) for key, count in counts.items()}))
