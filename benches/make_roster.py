#!/usr/bin/env python3
"""Makes a project folder for the plan benchmark: N caregivers, about 1.6 links each, from a seed.

    python3 benches/make_roster.py --caregivers 100k --out target/bench/100k [--recorded 0.6] [--accounts 0.6] [--later]

Writes rollout.yaml, roster/caregivers.csv, state/lms.json and letters/ (copied). With --recorded also adopt.csv, that share
of the caregivers, for `firstbell adopt --file adopt.csv --because bench`; with --accounts that share has an account in the
LMS (the same people, where both are given alike). --later writes the roster alone, as the SMS exports it some time after: one
person in fifty has another address, and one in a hundred is gone (only from families with one caregiver: somebody else with the
same name and child would be held as a possible rename). Python's standard library only; the same arguments give the same bytes.
The rows are in the order of a real export (by year), so that one caregiver's lie far apart.
"""

import argparse
import json
import pathlib
import random
import shutil
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
LETTERS = [REPOSITORY / "examples/quickstart/letters/welcome.en", REPOSITORY / "src/letter/default"]
MOD = 10**8
MUL = 61_803_399  # odd and no multiple of 5: i -> i * MUL mod 1e8 is one-to-one, and ids never come in file order
YEARS = range(1, 14)
FIRST = ("Aroha Wiremu Māia Hēmi Tāne Mere Rāwiri Anahera Olivia Jack Charlotte Noah Amelia Isla Leo Sophie Grace Mason "
         "Arjun Priya Wei Jing Sione Ana Tevita Losa Harpreet Ji-woo José Chloë Siobhán Björn Whetū Āwhina").split()
LAST = ("Smith Wilson Brown Taylor Singh Wang Chen Patel Kaur Ngāta Tāmati Pōmare Hēnare Parata Kīngi Walker Harris "
        "Clark Scott Campbell Young Evans Kim Nguyen Fonoti Leota O'Brien García MacDonald Hughes Morgan Murray").split()
HOSTS = ["mail.example.nz"] * 6 + ["post.example.nz"] * 3 + ["home.example.nz", "example.com"]
HEADING = "StudentID,StuFirst,StuLast,Year,Class,CaregiverID,CgFirst,CgLast,CgEmail,Relationship,Portal\n"
PLAIN = str.maketrans("āēīōūĀáéëñíö", "aeiouAaeenio", "'-")
FIRST_PLAIN = [name.translate(PLAIN).lower() for name in FIRST]
LAST_PLAIN = [name.translate(PLAIN).lower() for name in LAST]

ROLLOUT = """\
version: 1
school: Bench School
timezone: Pacific/Auckland
roster:
  format: csv
  path: roster/caregivers.csv
  upload: full
  max-age: 3650d
  columns:
    caregiver-id: CaregiverID
    first-name: CgFirst
    last-name: CgLast
    email: CgEmail
    student-id: StudentID
    student-first-name: StuFirst
    student-last-name: StuLast
    year: Year
    class: Class
    relationship: Relationship
    portal-access: Portal
lms: {driver: sandbox, path: state/lms.json}
state: {store: sqlite}
sign-in-url: https://portal.example.nz
help: {email: office@example.nz}
mail:
  from: Bench School <office@example.nz>
  transport: outbox
  letter: letters/welcome
# Far above every size: what is measured is a plan, not a guard.
guards: {resets: 100000000, emails: 100000000, creates: 100000000, withdrawals: 100000000, roster-change: 100%}
cohorts:
"""


def address(chance, person, number):
    """What the office typed, in about a real export's proportions."""
    at = chance()
    good = f"{FIRST_PLAIN[person[0]]}.{LAST_PLAIN[person[1]]}{number}@{HOSTS[int(chance() * len(HOSTS))]}"
    if at < 0.06:
        return ""
    if at < 0.07:
        return good.replace("@", "@@") if at < 0.065 else f"{good}; {good}"
    return good.title() if at < 0.17 else f"{good} " if at < 0.20 else good


def generate(caregivers, seed, is_later=False):
    """The rows of each year, and the caregivers as (id, address, first name, last name)."""
    chance, change = random.Random(seed).random, random.Random(f"{seed}/later").random
    years, people, student = {year: [] for year in YEARS}, [], 0
    while len(people) < caregivers:
        at = chance()
        children = 1 if at < 0.55 else 2 if at < 0.87 else 3 if at < 0.98 else 4
        last = int(chance() * len(LAST))
        kids = []
        for _ in range(children):
            year = 1 + int(chance() * len(YEARS))
            kids.append((year, f"S{(student * MUL + 7) % MOD:08d},{FIRST[int(chance() * len(FIRST))]},{LAST[last]},"
                               f"{year},{year}{'ABCDEFGH'[int(chance() * 8)]},"))
            student += 1
        shared = None
        parents = 2 if chance() < 0.7 and len(people) + 1 < caregivers else 1
        for place in range(parents):
            number = len(people)
            person = (int(chance() * len(FIRST)), last if chance() < 0.75 else int(chance() * len(LAST)))
            email = address(chance, person, number)
            if place and shared and chance() < 0.026:
                email = shared
            shared = email
            spread = chance()
            fate = change() if is_later else 0.5
            if fate < 0.02:
                email = f"moved.{number}@{HOSTS[0]}"
            identity = f"C{(number * MUL + 11) % MOD:08d}"
            people.append((identity, email, FIRST[person[0]], LAST[person[1]]))
            portal = "Yes" if chance() < 0.97 else "No"
            row = (f"{identity},{FIRST[person[0]]},{LAST[person[1]]},{email},{'Father' if place else 'Mother'},{portal}\n")
            other = int(spread / 0.008 * len(kids)) if spread < 0.008 and len(kids) > 1 and "@" in email else -1
            for at, (year, child) in enumerate(kids):
                mine = row if at != other else row.replace(f",{email},", f",second.{number}@{HOSTS[0]},")
                # What chance gives the others must not depend on who is gone.
                times = 2 if chance() < 0.005 else 1
                years[year].extend([child + mine] * (0 if fate > 0.97 and parents == 1 else times))
    return years, people


def chosen_of(people, share, seed):
    """That share of the people."""
    chance = random.Random(f"{seed}/recorded").random
    return (person for person in people if chance() < share)


def adopted(people):
    """The lines of adopt.csv: people with an address, as a school's hand-kept record has them."""
    for identity, email, _, _ in people:
        yield f"{identity},{email.strip()},2026-02-02\n" if email.count("@") == 1 else f"{identity},,2026-02-02\n"


def accounts(people):
    """The pieces of lms.json: accounts as the SMS once uploaded them."""
    yield '{"accounts": ['
    for at, (identity, email, first, last) in enumerate(people):
        account = {"caregiver": identity, "username": f"u{identity.lower()}", "first-name": first, "last-name": last,
                   "email": email.strip()}
        yield (",\n" if at else "\n") + json.dumps(account, ensure_ascii=False)
    yield "\n]}\n"


def number(text):
    """`100k` -> 100000."""
    unit = {"k": 1_000, "m": 1_000_000}.get(text[-1].lower())
    return int(float(text[:-1]) * unit) if unit else int(text)


def main():
    options = argparse.ArgumentParser(description="a project folder for the plan benchmark; see the docstring")
    options.add_argument("--caregivers", type=number, required=True)
    options.add_argument("--out", type=pathlib.Path, required=True)
    options.add_argument("--recorded", type=float, default=0.0)
    options.add_argument("--accounts", type=float, default=0.0)
    options.add_argument("--later", action="store_true")
    options.add_argument("--seed", type=int, default=20260131)
    chosen = options.parse_args()
    if not 0 < chosen.caregivers <= MOD // 4:
        sys.exit("between 1 and 25 million caregivers")
    letters = next((folder for folder in LETTERS if folder.is_dir()), None)
    if letters is None:
        sys.exit(f"no letter to copy: neither {LETTERS[0]} nor {LETTERS[1]} is there")

    for folder in ("roster", "state"):
        (chosen.out / folder).mkdir(parents=True, exist_ok=True)
    cohorts = "".join(f"  - {{name: year-{year}, select: {{years: [{year}]}}}}\n" for year in YEARS)
    if not chosen.later:
        shutil.copytree(letters, chosen.out / "letters/welcome.en", dirs_exist_ok=True)
        (chosen.out / "rollout.yaml").write_text(ROLLOUT + cohorts, encoding="utf-8")
    years, people = generate(chosen.caregivers, chosen.seed, chosen.later)
    with open(chosen.out / "roster/caregivers.csv", "w", encoding="utf-8", newline="") as roster:
        roster.write(HEADING)
        for year in YEARS:
            roster.writelines(years[year])
    if chosen.later:
        return
    if chosen.recorded > 0:
        with open(chosen.out / "adopt.csv", "w", encoding="utf-8", newline="") as record:
            record.write("caregiver-id,email,date\n")
            record.writelines(adopted(chosen_of(people, chosen.recorded, chosen.seed)))
    with open(chosen.out / "state/lms.json", "w", encoding="utf-8", newline="") as lms:
        lms.writelines(accounts(chosen_of(people, chosen.accounts, chosen.seed)))
    links = sum(len(rows) for rows in years.values())
    print(f"{chosen.out}: {len(people)} caregivers, {links} links", file=sys.stderr)


if __name__ == "__main__":
    main()
