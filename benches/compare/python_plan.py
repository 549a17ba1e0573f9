#!/usr/bin/env python3
"""The plan of a project of `benches/make_roster.py`, as a school's own script does it: csv, dict, sqlite3.

    python_plan.py PROJECT [--out FILE]

The same counts as duckdb_plan.py; README.md beside this file has the rules.
"""

import csv
import json
import re
import sqlite3
import sys

is_address = re.compile(r"[a-z0-9_+'-]+(\.[a-z0-9_+'-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z]+").fullmatch
KEYS = ("create reset adopt update active revoked held_no_access held_taken held_no_email held_malformed held_conflicting "
        "held_shared").split()
NEVER = 99


def people_of(path):
    """id -> [first name, last name, address, has several, cohort of permitted children, cohort of all], the rows, the addresses of
    those who have several, and who is barred from a child."""
    people, rows, several, barred = {}, 0, {}, set()
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        at = {heading: place for place, heading in enumerate(next(reader))}
        year, portal = at["Year"], at["Portal"]
        identity, first, last, email = at["CaregiverID"], at["CgFirst"], at["CgLast"], at["CgEmail"]
        for row in reader:
            rows += 1
            address = row[email].strip().lower()
            person = people.get(row[identity])
            if person is None:
                person = people[row[identity]] = [row[first], row[last], address, False, NEVER, NEVER]
            elif address and address != person[2]:
                if person[2]:
                    person[3] = True
                    several.setdefault(row[identity], set()).update((person[2], address))
                person[2] = address
            cohort = int(row[year])
            person[5] = min(person[5], cohort)
            if row[portal] == "Yes":
                person[4] = min(person[4], cohort)
            else:
                barred.add(row[identity])
    return people, rows, several, barred


def main():
    project = sys.argv[1]
    out = sys.argv[sys.argv.index("--out") + 1] if "--out" in sys.argv else None
    people, rows, several_of, barred = people_of(f"{project}/roster/caregivers.csv")
    of_barred = {address for identity, addresses in several_of.items() if identity in barred for address in addresses}
    uses, usable = {}, {}
    for identity, person in people.items():
        if person[2] and not person[3] and is_address(person[2]):
            usable[identity] = person[2]
            uses[person[2]] = uses.get(person[2], 0) + 1
    state = sqlite3.connect(f"file:{project}/state/firstbell.db?mode=ro", uri=True)
    active = {row[0] for row in state.execute("SELECT caregiver FROM activations WHERE stage IN ('adopted', 'set')")}
    accounts, owners = {}, {}
    for identity, email, first, last, sign_in in state.execute(
            "SELECT caregiver, email, first_name, last_name, sign_in FROM observed_accounts"):
        email = email.strip().lower()
        accounts[identity] = (email, first, last, sign_in)
        owners.setdefault(email, []).append(identity)
    counts, plan = dict.fromkeys(KEYS, 0), []
    cohorts = 0
    for identity, (first, last, address, several, cohort, other) in people.items():
        email, account = usable.get(identity), accounts.get(identity)
        permitted = cohort != NEVER
        taken = email is not None and any(owner != identity for owner in owners.get(email, ()))
        shared = email is not None and (uses[email] > 1 or email in of_barred)
        if identity in active:
            moved = account and email is not None and not shared and account[0] != email and not taken
            is_update = permitted and account and (moved or (account[1], account[2]) != (first, last))
            act = "update" if is_update else "active" if permitted else "revoked"
        elif not permitted:
            act = "held_no_access"
        elif account and account[3] is not None:
            act = "adopt"
        elif taken and uses[email] == 1:
            act = "held_taken"
        elif not address:
            act = "held_no_email"
        elif several:
            act = "held_conflicting"
        elif email is None:
            act = "held_malformed"
        elif shared:
            act = "held_shared"
        else:
            act = "reset" if account else "create"
            cohorts += cohort
        counts[act] += 1
        if out and act not in ("active", "revoked"):
            plan.append((identity, act, cohort if permitted else other))
    gone = sum(1 for identity in active if identity not in people)
    if out:
        with open(out, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("id", "act", "cohort"))
            writer.writerows(plan)
    print(json.dumps({"rows": rows, "caregivers": len(people), **counts, "gone": gone, "cohorts": cohorts}))


main()
