#!/usr/bin/env python3
"""Makes this example's roster and LMS: a college with about 1,400 caregivers, 2,200 links and a believable mess.

    python3 make.py            writes roster/caregivers.csv and state/lms.json
    python3 make.py --check    fails when the committed files differ from what it would write

Python's standard library only. The same seed gives the same bytes with every Python 3: of the random module only
`random()` is used, the one method whose sequence Python promises to keep. All people are invented.
"""

import csv
import io
import json
import pathlib
import random
import sys
import unicodedata

SEED = 20260202
CAREGIVERS = 1400
HERE = pathlib.Path(__file__).resolve().parent
SCHOOL = "kowhai.example.nz"
OFFICE = f"office@{SCHOOL}"
FORMS = ["AB", "HS", "KW", "LD", "NP", "RJ", "TM", "VC"]
HOSTS = ["mail.example.nz"] * 6 + ["xtra.example.nz"] * 4 + ["post.example.nz"] * 3 + ["home.example.nz", "example.com"]
# Misspelt providers, to be found by `check`; the local parts end in `.test`, so that they can be nobody's.
TYPOS = ["gmial.com", "gmai.com", "hotmial.com", "outlok.com", "gmail.con", "yaho.com"]
HEADINGS = ["Student ID", "Student First Name", "Student Last Name", "Year Level", "Form Class", "Caregiver ID",
            "Caregiver First Name", "Caregiver Last Name", "Relationship", "Email", "Language", "Priority",
            "Portal Access", "Staff Member"]

# weight, given names (women), given names (men), family names, languages
PEOPLE = [
    (44, "Emma Sarah Olivia Charlotte Grace Ruby Isla Lucy Hannah Jessica Kate Fiona Helen Alison Megan Rachel",
     "Jack Oliver Thomas James William Henry Samuel Daniel Mark Andrew Craig Stuart Hamish Callum Ewan Peter",
     "Smith Wilson Brown Taylor Walker Harris Thompson Anderson Clark Scott Mitchell Campbell Stewart Young Wright "
     "Robinson Evans O'Brien O'Connor MacDonald McLeod Hughes Reid Morgan Bell Murray Fraser Marsh Turner Cooper",
     [""]),
    (22, "Aroha Mere Anahera Māia Ngaire Hinewai Kura Marama Āwhina Tūī Huia Whetū Mānia Roimata Kahurangi Ataahua",
     "Wiremu Hēmi Tāne Rāwiri Tama Nikau Rangi Manaaki Pōtiki Ariki Kahu Te-Ariki Mikaere Hone Rua Matiu",
     "Tamihana Ngāta Pōmare Rāpana Hēnare Parata Kīngi Mātene Paraone Tūhoro Pōtae Hohepa Waititi Tāmati Ruru "
     "Te-Rangi Karaka Rēweti Tūrei Horomona Pēwhairangi Mānuera",
     ["", "", "mi"]),
    (13, "Sina Losa Mele Ana Sela Malia Lani Fetu Teuila Vaimoana Salote Losaline", "Sione Tevita Ioane Mosese Pita "
     "Tavita Semisi Lui Fale Alofa Viliami Sefo",
     "Leota Taufa Fonoti Tuilagi Fa'asavalu Malia Faleolo Vaʻa Tupou Lātū Folau Sāpolu Mataʻafa Moala Tauiliili",
     ["", "", "sm", "to"]),
    (16, "Priya Asha Jing Mei Ji-woo Linh Trang Simran Jasleen Harpreet Yichen Fangfang Maricel Ayesha Li-Na",
     "Arjun Wei Min-jun Gurdeep Harjit Rohan Minh Jun Bo Rajesh Imran Paolo Hiroshi Kenji Tuan",
     "Nair Patel Singh Kaur Chen Wang Li Zhang Kim Lee Park Nguyen Tran Sharma Santos Reyes Tanaka Khan Rao",
     ["", "", "zh", "ko", "hi"]),
    (5, "Chloë Anaïs Zoë Siobhán Petra Ilse Katarzyna Lucía Inès Marta", "Björn José Łukasz Jürgen Luca Pieter Niall "
     "Tomás Émile Marek",
     "García Müller Dubois Novák Kowalski Murphy Rossi Jansen van-der-Berg Sørensen Ferreira Łapiński", [""]),
]
PLAIN = str.maketrans({"ʻ": "", "'": "", " ": "", "Ł": "L", "ł": "l", "ø": "o", "-": ""})


class Dice:
    """Chance from one seed, by `random()` alone."""

    def __init__(self, seed):
        self._next = random.Random(seed).random

    def chance(self, share):
        return self._next() < share

    def below(self, limit):
        return int(self._next() * limit)

    def pick(self, items):
        return items[self.below(len(items))]

    def weighted(self, pairs):
        at = self._next() * sum(weight for weight, _ in pairs)
        for weight, item in pairs:
            at -= weight
            if at < 0:
                return item
        return pairs[-1][1]


def plain(name):
    """The letters of a name as they stand in a user name: `Māia` -> `maia`."""
    spread = unicodedata.normalize("NFD", name.translate(PLAIN))
    return "".join(c for c in spread if not unicodedata.combining(c)).lower()


class School:
    """Families, their links, and the accounts that the LMS has."""

    def __init__(self):
        self.dice = Dice(SEED)
        self.taken = set()
        self.students = []
        self.caregivers = []
        self.links = []
        while len(self.caregivers) < CAREGIVERS:
            self.family()
        self.accounts = [account for person in self.caregivers for account in self.accounts_of(person)]
        self.accounts += self.teachers()

    # People

    def culture(self):
        _, women, men, last, languages = PEOPLE[self.dice.weighted([(p[0], n) for n, p in enumerate(PEOPLE)])]
        return women.split(), men.split(), [name.replace("-", " ") if name.startswith(("Te-", "van-")) else name
                                            for name in last.split()], languages

    def family(self):
        dice, culture = self.dice, self.culture()
        women, men, last, _ = culture
        surname = dice.pick(last)
        names = women + men
        children = [self.student(names.pop(dice.below(len(names))), surname)
                    for _ in range(dice.weighted([(56, 1), (33, 2), (9, 3), (2, 4)]))]
        shape = dice.weighted([(25, "one"), (57, "two"), (9, "split"), (6, "grandparent"), (3, "step")])
        adults = [self.caregiver(culture, surname, "Mother" if dice.chance(0.8) else "Father", 1)]
        if shape in ("two", "split", "step"):
            other = culture if dice.chance(0.75) else self.culture()
            name = surname if shape == "two" and dice.chance(0.8) else dice.pick(other[2])
            relationship = "Father" if adults[0]["relationship"] == "Mother" else "Mother"
            adults.append(self.caregiver(other, name, relationship, 2))
        if shape == "step":
            adults.append(self.caregiver(self.culture(), None, "Step-parent", 3))
        if shape == "grandparent":
            adults.append(self.caregiver(culture, surname, "Grandparent", 2))
        if len(adults) > 1 and dice.chance(0.04):
            adults[1]["email"] = adults[0]["email"]
        for adult in adults:
            self.link(adult, children, shape)

    def student(self, first, last):
        year = 9 + self.dice.below(5)
        student = {"id": str(21000 + 7 * len(self.students)), "first": first, "last": last, "year": year,
                   "form": f"{year}{self.dice.pick(FORMS)}"}
        self.students.append(student)
        return student

    def caregiver(self, culture, last, relationship, priority):
        dice, (women, men, lasts, languages) = self.dice, culture
        given = women if relationship in ("Mother", "Grandparent") else men
        number = len(self.caregivers)
        person = {"id": f"C{1000 + number * 617 % 9000}", "first": dice.pick(given), "last": last or dice.pick(lasts),
                  "relationship": relationship, "priority": priority, "language": dice.pick(languages),
                  "staff": dice.chance(0.015)}
        person["username"] = self.username(person)
        person["good"] = f"{person['username']}@{dice.pick(HOSTS)}"
        person["email"] = self.email(person)
        self.caregivers.append(person)
        return person

    def username(self, person):
        stem = f"{plain(person['first'])}.{plain(person['last'])}"
        number, name = 1, stem
        while name in self.taken:
            number += 1
            name = f"{stem}{number}"
        self.taken.add(name)
        return name

    # What the office typed

    def email(self, person):
        if person["staff"] and self.dice.chance(0.6):
            return f"{person['username']}@{SCHOOL}"
        good, name = person["good"], person["username"]
        return self.dice.weighted([
            (808, good),
            (60, good.title()),
            (15, f" {good} "),
            (10, good.upper()),
            (48, ""),
            (4, " "),
            (5, OFFICE),
            (9, f"{name}.test@{self.dice.pick(TYPOS)}"),
            (4, f"{good}; {name}@work.example.com"),
            (3, f"{good} (work)"),
            (2, f"{name}@mail"),
            (2, f"{name}.mail.example.nz"),
            (2, f"{person['first'].lower()}ā@mail.example.nz"),
            (2, "n/a"),
        ])

    def link(self, adult, children, shape):
        dice = self.dice
        barred = shape == "split" and adult["priority"] == 2 and dice.chance(0.35)
        barred_from = set(range(len(children))) if dice.chance(0.6) else {0}
        for number, child in enumerate(children):
            portal = "No" if barred and number in barred_from else "Yes"
            if portal == "Yes" and dice.chance(0.003):
                portal = "Unknown"
            email = adult["email"]
            if number > 0 and email == adult["good"] and dice.chance(0.015):
                email = f"{adult['username']}.old@home.example.nz"
            row = (adult, child, email, portal)
            self.links.extend([row] * (2 if dice.chance(0.006) else 1))

    # What the LMS has

    def accounts_of(self, person):
        dice = self.dice
        if dice.chance(0.12):
            taken = dice.chance(0.03)
            return [self.account(person, None, f"{person['username']}.old")] if taken else []
        account = self.account(person, person["id"], person["username"])
        if person["staff"]:
            account["staff"] = True
        elif dice.chance(0.06):
            day, hour = 1 + dice.below(27), 6 + dice.below(16)
            account["last-sign-in"] = f"2026-01-{day:02d}T{hour:02d}:{dice.below(60):02d}:00Z"
        else:
            account.update(dice.weighted([
                (975, {}), (8, {"last-sign-in": "unknown"}), (6, {"disabled": True}), (5, {"sign-in-method": "other"}),
                (6, {"email": f"{person['username']}.old@home.example.nz"})]))
        twice = dice.chance(0.003)
        return [account, self.account(person, person["id"], f"{person['username']}.b")] if twice else [account]

    def account(self, person, caregiver, username):
        # The gateway writes the office's address where the SMS has none.
        email = person["email"].strip() or OFFICE
        return {"caregiver": caregiver, "username": username, "first-name": person["first"],
                "last-name": person["last"], "email": email, "password": None, "disabled": False, "staff": False,
                "sign-in-method": "password", "last-sign-in": None, "marker": None}

    def teachers(self):
        for _ in range(90):
            women, men, last, _ = self.culture()
            person = {"first": self.dice.pick(women + men), "last": self.dice.pick(last)}
            person["username"] = self.username(person)
            person["email"] = f"{person['username']}@{SCHOOL}"
            yield {**self.account(person, None, person["username"]), "staff": True,
                   "last-sign-in": "2026-01-29T20:15:00Z"}

    # The files

    def roster(self):
        """As Excel saves it: a byte order mark, CRLF; in the order of the SMS: year, form, student, priority."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(HEADINGS)
        order = sorted(self.links, key=lambda link: (link[1]["year"], link[1]["form"], link[1]["id"],
                                                     link[0]["priority"], link[0]["id"]))
        for adult, child, email, portal in order:
            writer.writerow([child["id"], child["first"], child["last"], child["year"], child["form"], adult["id"],
                             adult["first"], adult["last"], adult["relationship"], email, adult["language"],
                             adult["priority"], portal, "Yes" if adult["staff"] else "No"])
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    def lms(self):
        lines = ",\n".join("    " + json.dumps(account, ensure_ascii=False) for account in self.accounts)
        return f'{{\n  "accounts": [\n{lines}\n  ]\n}}\n'.encode()


def main():
    school = School()
    files = {HERE / "roster/caregivers.csv": school.roster(), HERE / "state/lms.json": school.lms()}
    if sys.argv[1:] == ["--check"]:
        differing = [path for path, made in files.items() if not path.is_file() or path.read_bytes() != made]
        for path in differing:
            print(f"{path} is not what make.py makes: run `python3 {HERE / 'make.py'}`", file=sys.stderr)
        sys.exit(1 if differing else 0)
    if sys.argv[1:]:
        sys.exit(__doc__)
    for path, made in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(made)
    print(f"{len(school.caregivers)} caregivers, {len(school.students)} students, {len(school.links)} links, "
          f"{len(school.accounts)} accounts")


if __name__ == "__main__":
    main()
